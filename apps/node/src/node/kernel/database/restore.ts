/** Replaces a damaged catalogue with a backup, and keeps the old one under another name. */
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
  /** Path of the previous catalogue; null if there was none. */
  readonly kept: string | null
}

/**
 * `given`: the name of a backup or the path of a file. Default: the newest intact backup. `owners`:
 * those of the node's tables. Rejects with a Failure and without changes: `in-use` while a node
 * runs, `not-found`, `damaged`, `newer-version`, `no-space` …
 */
export async function restoreCatalogue(
  dataDir: string,
  given: string | undefined,
  nowMs: number,
  owners: readonly TableOwner[],
): Promise<Restored> {
  return replaceCatalogue(dataDir, nowMs, async (draft, path) => {
    const source = await draftSound(dataDir, given, { draft, nowMs, owners })
    protectLogins(draft, path, nowMs, owners)
    return basename(source)
  })
}

/**
 * Replaces the present catalogue with an empty one, and keeps the old one. Rejects like
 * `restoreCatalogue`.
 */
export async function beginAnew(
  dataDir: string,
  nowMs: number,
  owners: readonly TableOwner[],
): Promise<Restored> {
  return replaceCatalogue(dataDir, nowMs, async draft => {
    createPrivate(draft)
    const sqlite = new DatabaseSync(draft)
    try {
      migrate(sqlite, draft, owners, CATALOGUE)
    } finally {
      sqlite.close()
    }
    return null
  })
}

/** `make` writes the draft, and resolves with the name of its backup. */
async function replaceCatalogue(
  dataDir: string,
  nowMs: number,
  make: (draft: string, path: string) => Promise<string | null>,
): Promise<Restored> {
  const path = cataloguePath(dataDir)
  refuseInUse(path)
  const draft = `${path}.restored`
  try {
    removeDraft(draft)
    const backup = await make(draft, path)
    return { backup, catalogue: path, kept: await putInPlace(draft, path, nowMs) }
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
  // The search index is rebuilt: it refers to rows of the other catalogue.
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
    // Read-only, so that a log next to it is not changed.
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

/** Copies the backup to the draft. Resolves with its path. */
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
  let newer: unknown
  for (const { path } of backups)
    try {
      if ((await draftOf(path, drafting)) === null) return path
    } catch (error) {
      // An older backup may predate the newer program.
      if (codeOf(error) !== 'newer-version') throw error
      newer ??= error
    }
  if (newer) throw newer
  throw new Failure(
    backups.length > 0 ? 'damaged' : 'not-found',
    `${dataDir} has no ${backups.length > 0 ? 'sound backup' : 'backup'} of the catalogue: ${CATALOGUE.withoutBackup}`,
  )
}

/**
 * Copies a database with its log into one file. Resolves with a description of any fault, or null.
 * Rejects for lack of space and with `newer-version`.
 */
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
 * Deletes logins and passkeys, since some may have been ended or removed after the backup. Keeps
 * the newest known device lists: older ones would readmit a removed device, and without any, older
 * ones could be presented. Raises an alarm if it is uncertain which are the newest.
 */
function protectLogins(draft: string, path: string, nowMs: number, owners: readonly TableOwner[]): void {
  const present = presentDevices(path)
  const sqlite = new DatabaseSync(draft)
  try {
    // They may be missing in an older format.
    const has = (table: string) =>
      sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
    for (const table of ['sessions', 'passkeys']) if (has(table)) sqlite.exec(`DELETE FROM ${table}`)
    const isKnown = present.history !== null || present.alarms.length > 0
    if (!has('device_history') && isKnown) migrate(sqlite, draft, owners, CATALOGUE)
    if (has('device_history')) mergeDevices(sqlite, present, nowMs)
  } finally {
    sqlite.close()
  }
}

/** The device lists of a catalogue, and the last alarm of each kind. */
interface KnownDevices {
  /** Null if there are none, or they are unreadable. */
  readonly history: string | null
  readonly alarms: readonly { readonly kind: string; readonly atMs: number }[]
}

function mergeDevices(sqlite: DatabaseSync, { history, alarms }: KnownDevices, nowMs: number): void {
  const restored = readHistory(sqlite)
  const isNewer = restored !== null && history !== null && continues(restored, history)
  if (history !== null && !isNewer)
    sqlite.prepare('INSERT OR REPLACE INTO device_history VALUES (1, ?)').run(history)
  const raise = sqlite.prepare(
    'INSERT INTO device_alarms VALUES (?, ?) ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)',
  )
  for (const { kind, atMs } of alarms) raise.run(kind, atMs)
  const isCertain = restored === null || isNewer || (history !== null && continues(history, restored))
  if (!isCertain) raise.run('restored', Math.floor(nowMs))
}

/** Reads the present catalogue as far as possible. */
function presentDevices(path: string): KnownDevices {
  if (!existsSync(path)) return { history: null, alarms: [] }
  const read = <T>(work: (sqlite: DatabaseSync) => T): T | null => {
    try {
      const sqlite = new DatabaseSync(path, { readOnly: true })
      try {
        return work(sqlite)
      } finally {
        sqlite.close()
      }
    } catch {
      return null
    }
  }
  const alarms = read(sqlite => sqlite.prepare('SELECT kind, at_ms AS atMs FROM device_alarms').all())
  return { history: read(readHistory), alarms: (alarms ?? []) as unknown as KnownDevices['alarms'] }
}

/** Returns null if there are no lists or damaged ones. */
function readHistory(sqlite: DatabaseSync): string | null {
  const row = sqlite.prepare('SELECT history FROM device_history').get()
  const { history } = (row ?? {}) as { history?: string }
  return history !== undefined && listsIn(history).length > 0 ? history : null
}

/** Returns whether the newer lists start with all older ones. */
function continues(newer: string, older: string): boolean {
  const lists = listsIn(newer)
  return listsIn(older).every((list, at) => lists[at] === list)
}

/** Returns signed device lists, oldest first; none if the text is damaged. */
function listsIn(history: string): readonly unknown[] {
  try {
    const { lists } = JSON.parse(history) as { lists?: unknown }
    return Array.isArray(lists) ? lists : []
  } catch {
    return []
  }
}

/** Delete the log first: a catalogue must never be opened with another one's log. */
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
