/** Puts a backup in the place of a damaged catalogue, which is kept under another name. */
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { copyFile, rename } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  checkTables,
  createPrivate,
  databaseFailure,
  findFault,
  isBusy,
  listBackups,
  migrate,
  syncFolder,
  syncPath,
  type TableOwner,
  timeForName,
} from '@shoal/daemon/database'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { cataloguePath } from '../../../base/files/places.ts'
import { SHOAL } from '../../../base/program.ts'
import { CATALOGUE } from './catalogue-kind.ts'

export interface Restored {
  /** Name of the backup; null for an empty catalogue. */
  readonly backup: string | null
  /** Path of the catalogue. */
  readonly catalogue: string
  /** Where the previous catalogue is now; null if there was none. */
  readonly kept: string | null
}

/**
 * `given`: the name of a backup or the path of a file. Default: the newest backup that is sound. `owners`: those of the tables that the node has.
 * Rejects with a Failure, and with nothing changed: `in-use` while a node runs, `not-found`, `damaged`, `newer-version`, `no-space` …
 */
export async function restoreCatalogue(
  dataDir: string,
  given: string | undefined,
  nowMs: number,
  owners: readonly TableOwner[],
): Promise<Restored> {
  const path = cataloguePath(dataDir)
  refuseInUse(path)
  const draft = `${path}.restored`
  try {
    const source = await draftSound(dataDir, given, { draft, nowMs, owners })
    protectLogins(draft, path, nowMs)
    const kept = await putInPlace(draft, path, nowMs)
    return { backup: basename(source), catalogue: path, kept }
  } catch (error) {
    throw fileFailure(error, path)
  } finally {
    removeDraft(draft)
  }
}

/** Puts an empty catalogue in the place of the present one, which is kept. Rejects like `restoreCatalogue`. */
export async function beginAnew(
  dataDir: string,
  nowMs: number,
  owners: readonly TableOwner[],
): Promise<Restored> {
  const path = cataloguePath(dataDir)
  refuseInUse(path)
  const draft = `${path}.restored`
  try {
    removeDraft(draft)
    createPrivate(draft)
    const sqlite = new DatabaseSync(draft)
    try {
      migrate(sqlite, draft, owners, CATALOGUE)
    } finally {
      sqlite.close()
    }
    const kept = await putInPlace(draft, path, nowMs)
    return { backup: null, catalogue: path, kept }
  } catch (error) {
    throw fileFailure(error, path)
  } finally {
    removeDraft(draft)
  }
}

async function putInPlace(draft: string, path: string, nowMs: number): Promise<string | null> {
  await syncPath(draft)
  const kept = await setAside(path, nowMs)
  await rename(draft, path)
  // The search index is built anew: it knows torrents by the rows of the other catalogue.
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(dirname(path), `search.db${ending}`), { force: true })
  await syncFolder(dirname(path))
  return kept
}

function removeDraft(draft: string): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(draft + ending, { force: true })
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

interface Drafting {
  readonly draft: string
  readonly nowMs: number
  readonly owners: readonly TableOwner[]
}

/** Copies the backup to the draft. Resolves to its path. */
async function draftSound(dataDir: string, given: string | undefined, drafting: Drafting): Promise<string> {
  const backups = listBackups(cataloguePath(dataDir), drafting.nowMs)
  if (given !== undefined) {
    const source = backups.find(({ name }) => name === given)?.path ?? resolve(given)
    if (!existsSync(source))
      throw new Failure(
        'not-found',
        `there is no backup ${given}: ${SHOAL} restore-catalogue --list lists them`,
      )
    const problem = await draftOf(source, drafting)
    if (problem === null) return source
    throw new Failure(
      'damaged',
      `${source} is not a sound backup of a catalogue (${problem}): choose another`,
    )
  }
  for (const { path } of backups) if ((await draftOf(path, drafting)) === null) return path
  throw new Failure(
    backups.length > 0 ? 'damaged' : 'not-found',
    `${dataDir} has no ${backups.length > 0 ? 'sound backup' : 'backup'} of the catalogue: ${CATALOGUE.withoutBackup}`,
  )
}

/** Copies a database with its log, and makes it one file. Resolves to what is wrong with it, or null. Rejects for lack of space and with `newer-version`. */
async function draftOf(source: string, { draft, owners }: Drafting): Promise<string | null> {
  removeDraft(draft)
  for (const ending of ['', '-wal'])
    if (existsSync(source + ending)) {
      await copyFile(source + ending, draft + ending)
      chmodSync(draft + ending, 0o600)
    }
  try {
    const sqlite = new DatabaseSync(draft)
    try {
      sqlite.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_mode = DELETE')
      return findFault(sqlite) ?? checkTables(sqlite, source, owners, CATALOGUE)
    } finally {
      sqlite.close()
    }
  } catch (error) {
    const failure = databaseFailure(error, draft, CATALOGUE)
    if (codeOf(failure) === 'no-space' || codeOf(failure) === 'newer-version') throw failure
    return codeOf(failure) === 'bad-argument' ? 'another program wrote it' : (error as Error).message
  }
}

/**
 * Deletes logins and passkeys: some of them have been ended or removed since the backup. The device list stays the newest that is known: an older
 * one would let a removed device in again, which is announced if the present catalogue cannot be read.
 */
function protectLogins(draft: string, path: string, nowMs: number): void {
  const sqlite = new DatabaseSync(draft)
  try {
    // An older format may not have them yet.
    const has = (table: string) =>
      sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
    for (const table of ['sessions', 'passkeys']) if (has(table)) sqlite.exec(`DELETE FROM ${table}`)
    const restored = has('device_history') ? deviceHistory(sqlite) : null
    if (restored === null) return
    const present = presentHistory(path)
    if (present !== null && continues(present, restored))
      sqlite.prepare('UPDATE device_history SET history = ?').run(present)
    else if (present === null)
      sqlite.prepare("INSERT OR REPLACE INTO device_alarms VALUES ('restored', ?)").run(Math.floor(nowMs))
  } finally {
    sqlite.close()
  }
}

function deviceHistory(sqlite: DatabaseSync): string | null {
  const row = sqlite.prepare('SELECT history FROM device_history').get()
  return (row as { history: string } | undefined)?.history ?? null
}

/** The device lists of the present catalogue; null if it cannot be read or has none. */
function presentHistory(path: string): string | null {
  if (!existsSync(path)) return null
  try {
    const sqlite = new DatabaseSync(path, { readOnly: true })
    try {
      return deviceHistory(sqlite)
    } finally {
      sqlite.close()
    }
  } catch {
    return null
  }
}

/** Whether device lists begin with all those of others. */
function continues(present: string, restored: string): boolean {
  try {
    const [now, before] = [present, restored].map(text => (JSON.parse(text) as { lists: string[] }).lists)
    return before!.every((list, at) => now![at] === list)
  } catch {
    return false
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

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}
