import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stateRoot } from './places.ts'

/**
 * Returns the path of a new folder for this process, which deletes it on exit. Also deletes folders
 * of crashed processes.
 */
export async function passingFolder(kind: string): Promise<string> {
  const above = join(stateRoot(), kind)
  for (const name of await readdir(above).catch(() => []))
    if (!isAlive(Number.parseInt(name, 10))) await rm(join(above, name), { recursive: true, force: true })
  return join(above, `${process.pid}-${randomUUID()}`)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // The process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
