/** A small disk, for programs that must survive that it is full. */
import { statfsSync } from 'node:fs'
import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { onTestFinished } from 'vitest'
import { type TempDir, tempDir } from './files.ts'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

/** Why no disk can be mounted, or null. */
export const noSmallDisk =
  process.getuid?.() === 0 ? missing('unshare', 'nsenter', 'mount') : 'mounting a disk requires root'

export interface SmallDisk {
  /** A folder that is not on the disk. */
  readonly dir: TempDir
  /** Path for processes started by `run`. */
  readonly path: string
  /** Path for the test. */
  readonly outside: string
  run(...words: string[]): Promise<ManagedProcess>
  /** Fills its free space. */
  fill(): Promise<void>
  giveBack(): Promise<void>
}

/** Mounts a disk of 8 MB in a namespace that lasts as long as the test. */
export async function smallDisk(name: string): Promise<SmallDisk> {
  const dir = await tempDir(name)
  onTestFinished(dir.remove)
  const path = dir.join('disk')
  await mkdir(path)
  const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && echo mounted && exec sleep 600'
  const holder = await start('disk', toolPath('unshare'), ['-m', 'sh', '-c', script, 'sh', path])
  onTestFinished(() => holder.stop())
  await until('the disk is mounted', async () => holder.output().includes('mounted'))
  const outside = `/proc/${holder.pid}/root${path}`
  return {
    ...{ dir, path, outside },
    async run(...words) {
      const child = await start('command', toolPath('nsenter'), ['-m', '-t', String(holder.pid), ...words], {
        env: { HOME: dir.join('home'), SHOAL_STATE: dir.join('state'), SHOAL_LANG: 'en' },
      })
      onTestFinished(() => child.stop())
      return child
    },
    async fill() {
      const { bavail, bsize } = statfsSync(outside)
      await appendFile(join(outside, 'filler'), Buffer.alloc(bavail * bsize))
    },
    giveBack: () => rm(join(outside, 'filler')),
  }
}
