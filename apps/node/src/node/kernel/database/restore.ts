/** Puts a backup in the place of a damaged catalogue, which is kept under another name. */
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { copyFile, rename } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type Backup,
  findFault,
  isBusy,
  listBackups,
  syncFolder,
  syncPath,
  timeForName,
} from '@shoal/daemon/database'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { cataloguePath } from '../../../base/files/places.ts'
import { SHOAL } from '../../../base/program.ts'
import { CATALOGUE } from './catalogue-kind.ts'

export interface Restored {
  /** Name of the backup. */
  readonly backup: string
  /** Path of the catalogue. */
  readonly catalogue: string
  /** Where the previous catalogue is now; null if there was none. */
  readonly kept: string | null
}

/**
 * `given`: the name of a backup or the path of a file. Default: the newest backup that is sound. Rejects with a Failure, and with nothing changed:
 * `in-use` while a node runs, `not-found`, `damaged`, `no-space` …
 */
export async function restoreCatalogue(
  dataDir: string,
  given: string | undefined,
  nowMs: number,
): Promise<Restored> {
  const path = cataloguePath(dataDir)
  refuseInUse(path)
  const source = await findSound(dataDir, given, nowMs)
  const draft = `${path}.restored`
  try {
    rmSync(draft, { force: true })
    await copyFile(source, draft)
    chmodSync(draft, 0o600)
    prepare(draft)
    await syncPath(draft)
    const kept = await setAside(path, nowMs)
    await rename(draft, path)
    // The search index is built anew: it knows torrents by the rows of the other catalogue.
    for (const ending of ['', '-wal', '-shm']) rmSync(join(dataDir, `search.db${ending}`), { force: true })
    await syncFolder(dirname(path))
    return { backup: basename(source), catalogue: path, kept }
  } catch (error) {
    throw fileFailure(error, path)
  } finally {
    for (const ending of ['', '-journal']) rmSync(draft + ending, { force: true })
  }
}

function refuseInUse(path: string): void {
  if (!existsSync(path)) return
  try {
    // Read-only, so that a log next to it stays as it is.
    const sqlite = new DatabaseSync(path, { readOnly: true })
    try {
      sqlite.prepare('PRAGMA schema_version').get()
    } finally {
      sqlite.close()
    }
  } catch (error) {
    // Any other fault is a reason to restore it.
    if (isBusy(error)) throw new Failure('in-use', `${path} is in use: stop the node first (${SHOAL} stop)`)
  }
}

async function findSound(dataDir: string, given: string | undefined, nowMs: number): Promise<string> {
  const backups = listBackups(cataloguePath(dataDir), nowMs)
  if (given !== undefined) {
    const source = backups.find(({ name }) => name === given)?.path ?? resolve(given)
    const problem = problemOf(source)
    if (problem === null) return source
    throw existsSync(source)
      ? new Failure('damaged', `${source} is not a sound backup of a catalogue (${problem}): choose another`)
      : new Failure('not-found', `there is no backup ${given}: ${SHOAL} restore-catalogue --list lists them`)
  }
  const sound = backups.find((each: Backup) => problemOf(each.path) === null)
  if (sound) return sound.path
  throw new Failure(
    backups.length > 0 ? 'damaged' : 'not-found',
    `${dataDir} has no ${backups.length > 0 ? 'sound backup' : 'backup'} of the catalogue: move catalogue.db to a safe place, start without one and add the torrents again; existing files are checked, not downloaded again`,
  )
}

function problemOf(path: string): string | null {
  try {
    const sqlite = new DatabaseSync(path, { readOnly: true })
    try {
      const fault = findFault(sqlite)
      const { application_id: id } = sqlite.prepare('PRAGMA application_id').get() as {
        application_id: number
      }
      if (fault !== null) return fault
      return id === CATALOGUE.applicationId ? null : 'another program wrote it'
    } finally {
      sqlite.close()
    }
  } catch (error) {
    return (error as Error).message
  }
}

/** Deletes logins and passkeys: some of them have been ended or removed since the backup. */
function prepare(path: string): void {
  const sqlite = new DatabaseSync(path)
  try {
    const has = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    for (const table of ['sessions', 'passkeys']) if (has.get(table)) sqlite.exec(`DELETE FROM ${table}`)
  } finally {
    sqlite.close()
  }
}

/** The log goes first: a catalogue must never meet the log of another. */
async function setAside(path: string, nowMs: number): Promise<string | null> {
  if (!existsSync(path)) return null
  const time = timeForName(nowMs)
  let kept = join(dirname(path), `catalogue-damaged-${time}.db`)
  for (let number = 2; existsSync(kept); number++)
    kept = join(dirname(path), `catalogue-damaged-${time}-${number}.db`)
  for (const ending of ['-wal', '-shm', ''])
    if (existsSync(path + ending)) await rename(path + ending, kept + ending)
  return kept
}
