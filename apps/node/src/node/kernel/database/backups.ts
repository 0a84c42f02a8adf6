/**
 * Backups of the catalogue: whole copies in the folder `backups` next to it, named by the time of the copy.
 *
 * They are written by the backup API of SQLite, a few pages at a time in another thread, through the connection that is open: the file must not
 * be opened twice, and `VACUUM INTO` would stop everything else meanwhile. Another thread then reads the copy whole. A damaged one
 * never gets its name, so that it never replaces an earlier one.
 */
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open as openFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { fileFailure } from '@shoal/daemon/failure'
import { freeBytes } from '@shoal/daemon/files'
import { makeFolders } from '@shoal/torrent/make-folders'
import type { CopyProblem } from './check-copy.ts'
import { damaged, databaseFailure } from './database-failure.ts'

export interface Backup {
  readonly name: string
  readonly path: string
  /** Milliseconds since the Unix epoch. */
  readonly takenMs: number
  readonly lengthBytes: number
}

/** Number of backups that are kept. */
const KEPT = 3
/** A backup leaves this much free space on the disk. */
const LEFT_FREE_BYTES = 64 << 20
/** Pages copied at a time: 1 MiB, which takes a millisecond. */
const PAGES_AT_ONCE = 256
const NAME = /^catalogue-(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z\.db$/

export function backupFolder(dataDir: string): string {
  return join(dataDir, 'backups')
}

/**
 * Lists the backups of a catalogue, newest first; those from the future come last, because the system's clock was wrong when they were written. Returns
 * none if the folder cannot be read.
 */
export function listBackups(dataDir: string, nowMs = Date.now()): Backup[] {
  const folder = backupFolder(dataDir)
  try {
    return readdirSync(folder)
      .flatMap(name => {
        const takenMs = timeOf(name)
        const stats = takenMs === null ? undefined : statSync(join(folder, name), { throwIfNoEntry: false })
        return takenMs !== null && stats?.isFile()
          ? [{ name, path: join(folder, name), takenMs, lengthBytes: stats.size }]
          : []
      })
      .sort((a, b) => Number(a.takenMs > nowMs) - Number(b.takenMs > nowMs) || b.takenMs - a.takenMs)
  } catch {
    return []
  }
}

/**
 * Writes a backup of the open database at `path`, and deletes those that are too old. Resolves to null if the disk lacks room. Rejects with a
 * Failure, `damaged` if the copy is not sound; earlier backups are then kept.
 */
export async function writeBackup(
  sqlite: DatabaseSync,
  path: string,
  nowMs: number,
  leftFreeBytes = LEFT_FREE_BYTES,
): Promise<Backup | null> {
  const folder = backupFolder(dirname(path))
  const name = `catalogue-${timeForName(nowMs)}.db`
  const temporary = join(folder, `.${name}.tmp`)
  try {
    await makeFolders(folder, 0o700)
    removeTemporary(folder)
    if ((await freeBytes(folder)) < lengthOf(path) + leftFreeBytes) return null
    // The system's mask can only take away more.
    closeSync(openSync(temporary, 'wx', 0o600))
    await backup(sqlite, temporary, { rate: PAGES_AT_ONCE })
    const problem = await checkCopy(temporary)
    if (problem !== null) throw damaged(path, problem)
    await syncPath(temporary)
    await rename(temporary, join(folder, name))
    await syncFolder(folder)
    const all = listBackups(dirname(path), nowMs)
    for (const old of all.slice(KEPT)) rmSync(old.path, { force: true })
    return all.find(each => each.name === name) ?? null
  } catch (error) {
    throw fileFailure(databaseFailure(error, path), folder)
  } finally {
    removeTemporary(folder)
  }
}

/** Waits for the disk. */
export async function syncPath(path: string): Promise<void> {
  const file = await openFile(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function syncFolder(path: string): Promise<void> {
  // Windows does not support this.
  if (process.platform !== 'win32') await syncPath(path)
}

/** A time for names of files, such as `2026-11-22T185739Z`: no system forbids a character of it. */
export function timeForName(atMs: number): string {
  return new Date(atMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')
}

function timeOf(name: string): number | null {
  const [, date, hours, minutes, seconds] = NAME.exec(name) ?? []
  const atMs = Date.parse(`${date}${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(atMs) ? null : atMs
}

/** The most that a copy can need. */
function lengthOf(path: string): number {
  const sizes = [path, `${path}-wal`].map(each => statSync(each, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Copies of earlier runs that ended too soon, and what SQLite has put next to them. */
function removeTemporary(folder: string): void {
  try {
    for (const name of readdirSync(folder))
      if (/^\.catalogue-.*\.tmp/.test(name)) rmSync(join(folder, basename(name)), { force: true })
  } catch {
    // These files do no harm.
  }
}

/** Makes the copy a single file and reads it whole. Resolves to a fault, or to null. */
async function checkCopy(path: string): Promise<string | null> {
  const worker = new Worker(new URL('./check-copy.ts', import.meta.url), {
    name: 'shoal-backup',
    workerData: path,
  })
  try {
    const [problem] = (await once(worker, 'message')) as [CopyProblem]
    return problem
  } finally {
    await worker.terminate()
  }
}
