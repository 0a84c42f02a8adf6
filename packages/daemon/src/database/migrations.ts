import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../failure.ts'
import type { DatabaseKind } from './database-kind.ts'

/** The version of the file as `user_version` has it: from 3 on, the table `migrations` says what each owner has. */
const FORMAT = 3

/** Counts how often the file was opened. In the first formats, an owner made it. */
const OPENED =
  'CREATE TABLE IF NOT EXISTS opened (id INTEGER PRIMARY KEY CHECK (id = 1), times INTEGER NOT NULL) STRICT'

/** One change of an owner's tables, as SQL. */
export type Migration = string

/** A part of a program with tables of its own. */
export interface TableOwner {
  readonly name: string
  /** The first makes its tables; each brings them from one version to the next. Only ever add to the end. */
  readonly migrations: readonly Migration[]
}

/**
 * Brings the tables of these owners up to date, in their order and in one transaction. Tables of others stay as they are. Writes something in any
 * case, so that the log exists afterwards. Throws `newer-version` for a file that a later program wrote, `bad-argument` for a database of
 * something else.
 */
export function migrate(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): void {
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const version = fileVersion(sqlite, path, kind)
    if (version > FORMAT) throw newerVersion(path, `format ${version}, this one knows ${FORMAT}`)
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS migrations (owner TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID',
    )
    const note = sqlite.prepare('INSERT INTO migrations VALUES (?, ?)')
    if (version < FORMAT)
      for (const [owner, number] of kind.earlier?.slice(0, version).flat() ?? []) note.run(owner, number)
    for (const { name, migrations } of owners) {
      const done = lastMigration(sqlite, name)
      if (done > migrations.length)
        throw newerVersion(path, `format ${done} of ${name}, this one knows ${migrations.length}`)
      for (const [at, sql] of migrations.entries()) {
        if (at < done) continue
        sqlite.exec(sql)
        note.run(name, at + 1)
      }
    }
    sqlite.exec(`PRAGMA application_id = ${kind.applicationId}; PRAGMA user_version = ${FORMAT}`)
    sqlite.exec(OPENED)
    sqlite.exec('INSERT INTO opened (id, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1')
    sqlite.exec('COMMIT')
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

/**
 * The owners with those of their migrations that a file already has. Throws `newer-version` for a file that a later program wrote, and `bad-argument`
 * for a database of something else.
 */
export function doneMigrations(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): TableOwner[] {
  const version = fileVersion(sqlite, path, kind)
  if (version > FORMAT) throw newerVersion(path, `format ${version}, this one knows ${FORMAT}`)
  const early = new Map((kind.earlier ?? []).slice(0, version).flat())
  return owners.map(({ name, migrations }) => {
    const done = version < FORMAT ? (early.get(name) ?? 0) : lastMigration(sqlite, name)
    if (done > migrations.length)
      throw newerVersion(path, `format ${done} of ${name}, this one knows ${migrations.length}`)
    return { name, migrations: migrations.slice(0, done) }
  })
}

/** Returns whether a file with content has migrations to come. */
export function needsMigration(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): boolean {
  return fileVersion(sqlite, path, kind) > 0 && !isUpToDate(sqlite, path, owners, kind)
}

/** Returns whether the tables are those that this program makes, or newer ones. */
export function isUpToDate(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): boolean {
  const version = fileVersion(sqlite, path, kind)
  if (version !== FORMAT) return version > FORMAT
  return owners.every(({ name, migrations }) => lastMigration(sqlite, name) >= migrations.length)
}

function newerVersion(path: string, formats: string): Failure {
  return new Failure(
    'newer-version',
    `${path} was written by a newer Shoal (${formats}): update Shoal, or choose another data folder`,
  )
}

/** The last migration of an owner that was done. */
function lastMigration(sqlite: DatabaseSync, owner: string): number {
  const found = sqlite.prepare('SELECT max(number) AS number FROM migrations WHERE owner = ?').get(owner)
  return (found as { number: number | null }).number ?? 0
}

function fileVersion(sqlite: DatabaseSync, path: string, { applicationId }: DatabaseKind): number {
  const application = pragma(sqlite, 'application_id')
  if (application === applicationId) return pragma(sqlite, 'user_version')
  const { count } = sqlite.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number }
  if (application === 0 && count === 0) return 0
  throw new Failure(
    'bad-argument',
    `${path} is the database of another program: choose another data folder, or move it away`,
  )
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(Object.values(sqlite.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)
}
