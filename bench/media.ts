/** Folders for the files of benchmarks, in memory and on disk. */
import { existsSync, statfsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../scripts/run.ts'

export interface Medium {
  readonly name: 'tmpfs' | 'disk'
  readonly folder: string
}

const TMPFS_MAGIC = 0x01021994
const TOUCH = new Uint8Array(2 ** 20)
const MEMORY_FOLDER = '/dev/shm'

/** Number of files written by `settle`. */
let touches = 0

/**
 * Returns the media of this machine. If the system's temporary folder is in memory, another one is
 * used for the disk.
 */
export function media(only?: string): Medium[] {
  const found: Medium[] = []
  if (existsSync(MEMORY_FOLDER) && isTmpfs(MEMORY_FOLDER))
    found.push({ name: 'tmpfs', folder: MEMORY_FOLDER })
  const disk = [tmpdir(), '/var/tmp', join(import.meta.dirname, '..')].find(
    folder => existsSync(folder) && !isTmpfs(folder),
  )
  if (disk) found.push({ name: 'disk', folder: disk })
  return found.filter(({ name }) => only === undefined || name === only)
}

/**
 * Waits until the system has written its dirty pages, and touches as much memory as the next run
 * will need, so that runs do not affect each other: in a virtual machine, the first touch of a page
 * that the host has reclaimed costs more than everything else.
 */
export async function settle(medium: Medium, bytes: number): Promise<void> {
  if (medium.name === 'disk' && process.platform !== 'win32') await run('sync', [], { quiet: true })
  const folder = existsSync(MEMORY_FOLDER) && isTmpfs(MEMORY_FOLDER) ? MEMORY_FOLDER : medium.folder
  const path = join(folder, `shoal-bench-touch-${process.pid}-${touches++}`)
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < bytes; at += TOUCH.length) await file.write(TOUCH, 0, TOUCH.length, at)
  } finally {
    await file.close()
    await rm(path)
  }
}

function isTmpfs(folder: string): boolean {
  return statfsSync(folder).type === TMPFS_MAGIC
}
