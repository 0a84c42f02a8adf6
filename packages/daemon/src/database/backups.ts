/**
 * Backups of a database: complete copies in the folder `backups` next to it, named after it and the
 * time of the copy.
 *
 * They are written by SQLite's backup API, a few pages at a time in another thread, over the open
 * connection: the file must not be opened twice, and `VACUUM INTO` would block everything else.
 * Another thread then reads the entire copy. A damaged one never gets its final name, so it never
 * replaces an earlier one.
 */
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open as openFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { makeFolders } from '@shoal/torrent/make-folders'
import { freeBytes } from '../files/disk-space.ts'
import type { CopyProblem } from './check-copy.ts'
import { damaged, openingFailure } from './database-failure.ts'
import type { DatabaseKind } from './database-kind.ts'

export interface Backup {
  readonly name: string
  readonly path: string
  /** Milliseconds since the Unix epoch. */
  readonly takenMs: number
  readonly lengthBytes: number
}

/** Number of backups to keep. */
const KEPT = 3
/** Free space that a backup leaves on the disk. */
const LEFT_FREE_BYTES = 64 << 20
/** Pages copied at a time: 1 MiB, which takes a millisecond. */
const PAGES_AT_ONCE = 256
const TIME = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z\.db$/

export function backupFolder(dataDir: string): string {
  return join(dataDir, 'backups')
}

/**
 * Lists the backups of the database at `path`, newest first; those dated in the future come last,
 * because the system clock was wrong when they were written. Returns none if the folder cannot be
 * read.
 */
export function listBackups(path: string, nowMs = Date.now()): Backup[] {
  const folder = backupFolder(dirname(path))
  const prefix = prefixOf(path)
  try {
    return readdirSync(folder)
      .flatMap(name => {
        const takenMs = timeOf(name, prefix)
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
 * Writes a backup of the open database at `path`, and deletes old ones. Resolves to null if the
 * disk lacks space. Rejects with a Failure, `damaged` if the copy is corrupt; earlier backups are
 * then kept.
 */
export async function writeBackup(
  sqlite: DatabaseSync,
  path: string,
  kind: DatabaseKind,
  nowMs: number,
  leftFreeBytes = LEFT_FREE_BYTES,
): Promise<Backup | null> {
  const folder = backupFolder(dirname(path))
  const name = freeName(path, nowMs)
  // Other processes may have the database open, too.
  const temporary = join(folder, `.${name}.${process.pid}.tmp`)
  try {
    await makeFolders(folder, 0o700)
    removeTemporary(path)
    if ((await freeBytes(folder)) < lengthOf(path) + leftFreeBytes) return null
    // The system's umask can only remove permissions.
    closeSync(openSync(temporary, 'wx', 0o600))
    await backup(sqlite, temporary, { rate: PAGES_AT_ONCE })
    const problem = await checkCopy(temporary)
    if (problem !== null) throw damaged(path, problem, kind)
    await syncPath(temporary)
    await rename(temporary, join(folder, name))
    await syncFolder(folder)
    const all = listBackups(path, nowMs)
    for (const old of all.slice(KEPT)) rmSync(old.path, { force: true })
    return all.find(each => each.name === name) ?? null
  } catch (error) {
    throw openingFailure(error, path, kind, folder)
  } finally {
    removeTemporary(path)
  }
}

/** Flushes to disk. */
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

/**
 * Returns a time for file names, such as `2026-11-22T185739Z`, whose characters are valid on all
 * systems.
 */
export function timeForName(atMs: number): string {
  return new Date(atMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')
}

/** `catalogue-` for `catalogue.db`. */
function prefixOf(path: string): string {
  return `${basename(path, '.db')}-`
}

/** Returns an unused name for a backup: two may be written in one second. */
function freeName(path: string, nowMs: number): string {
  for (let atMs = nowMs; ; atMs += 1000) {
    const name = `${prefixOf(path)}${timeForName(atMs)}.db`
    if (!statSync(join(backupFolder(dirname(path)), name), { throwIfNoEntry: false })?.isFile()) return name
  }
}

function timeOf(name: string, prefix: string): number | null {
  if (!name.startsWith(prefix)) return null
  const [, date, hours, minutes, seconds] = TIME.exec(name.slice(prefix.length)) ?? []
  const atMs = Date.parse(`${date}${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(atMs) ? null : atMs
}

/** Returns the largest size that a copy can have. */
function lengthOf(path: string): number {
  const sizes = [path, `${path}-wal`].map(each => statSync(each, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Deletes copies of processes that exited too early, and SQLite's files next to them. */
function removeTemporary(path: string): void {
  const folder = backupFolder(dirname(path))
  try {
    for (const name of readdirSync(folder))
      if (name.startsWith(`.${prefixOf(path)}`) && name.includes('.tmp') && !isOfOther(name))
        rmSync(join(folder, basename(name)), { force: true })
  } catch {
    // These files do no harm.
  }
}

/** Returns whether another running process is writing this copy. */
function isOfOther(name: string): boolean {
  const pid = Number(/\.(\d+)\.tmp/.exec(name)?.[1] ?? process.pid)
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Converts the copy to a single file and reads it completely. Resolves to a fault, or to null. */
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
