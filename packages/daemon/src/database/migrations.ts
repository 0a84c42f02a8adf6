import type { DatabaseSync } from 'node:sqlite'
import { failureOf } from './database-failure.ts'
import type { DatabaseKind, Earlier } from './database-kind.ts'

/** `user_version` from which on the table `migrations` lists each owner's migrations. */
const FORMAT = 3

/** Counts how often the file was opened. In the first formats, an owner created it. */
const OPENED =
  'CREATE TABLE IF NOT EXISTS opened (id INTEGER PRIMARY KEY CHECK (id = 1), times INTEGER NOT NULL) STRICT'

/** One change of an owner's tables, as SQL. */
export type Migration = string

/** A part of a program with its own tables. */
export interface TableOwner {
  readonly name: string
  /**
   * The first creates its tables; each further one migrates them to the next version. Append only.
   */
  readonly migrations: readonly Migration[]
}

/**
 * Migrates the tables of these owners, in order and in one transaction. Tables of others stay
 * unchanged. Always writes something, so that the log exists afterwards. Throws `newer-version` for
 * a file written by a later program, `bad-argument` for an unrelated database.
 */
export function migrate(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): void {
  sqlite.exec('BEGIN IMMEDIATE')
  migrateBegun(sqlite, path, owners, kind)
}

/** Like `migrate`, in a transaction that has begun, and which it ends. */
export function migrateBegun(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): void {
  const { format = FORMAT, earlier = [], isShared = false, applicationId } = kind
  try {
    const version = fileVersion(sqlite, path, kind)
    checkVersion(version, path, kind)
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS migrations (owner TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID',
    )
    const note = sqlite.prepare('INSERT INTO migrations VALUES (?, ?)')
    if (version < format)
      for (const [owner, number] of earlier.slice(0, version).flat()) note.run(owner, number)
    for (const { name, migrations } of owners) {
      const done = lastMigration(sqlite, name)
      checkDone(done, { name, migrations }, path, kind)
      for (const [at, sql] of migrations.entries()) {
        if (at < done) continue
        sqlite.exec(sql)
        note.run(name, at + 1)
      }
    }
    // Always written, so that the log exists afterwards.
    sqlite.exec(
      `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${Math.max(version, format)}`,
    )
    if (!isShared) {
      sqlite.exec(OPENED)
      sqlite.exec('INSERT INTO opened (id, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1')
    }
    sqlite.exec('COMMIT')
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

/**
 * Returns the owners, each with its migrations that a file already has. Throws `newer-version` for
 * a file written by a later program, and `bad-argument` for an unrelated database.
 */
export function doneMigrations(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): TableOwner[] {
  const version = fileVersion(sqlite, path, kind)
  checkVersion(version, path, kind)
  const early = earlierMigrations(kind.earlier ?? [], version)
  return owners.map(({ name, migrations }) => {
    const done = version < (kind.format ?? FORMAT) ? (early.get(name) ?? 0) : lastMigration(sqlite, name)
    checkDone(done, { name, migrations }, path, kind)
    return { name, migrations: migrations.slice(0, done) }
  })
}

/** Returns the last migration of each owner in one of the first formats. */
export function earlierMigrations(earlier: Earlier, format: number): ReadonlyMap<string, number> {
  return new Map(earlier.slice(0, format).flat())
}

/** Returns how many migrations of each owner may be unknown to the program. */
function unknownMigrations({ isShared = false }: Pick<DatabaseKind, 'isShared'>): number {
  return isShared ? 1 : 0
}

/** Returns whether a non-empty file has pending migrations. */
export function needsMigration(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): boolean {
  return fileVersion(sqlite, path, kind) > 0 && !isUpToDate(sqlite, path, owners, kind)
}

/** Returns whether the tables are those of this program or a later one. */
export function isUpToDate(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): boolean {
  const { format = FORMAT } = kind
  const version = fileVersion(sqlite, path, kind)
  if (version < format || version > format + unknownMigrations(kind)) return version > format
  return owners.every(({ name, migrations }) => lastMigration(sqlite, name) >= migrations.length)
}

function checkVersion(version: number, path: string, kind: DatabaseKind): void {
  const { format = FORMAT } = kind
  if (version > format + unknownMigrations(kind))
    throw newerVersion(path, kind, `format ${version}, this one knows ${format}`)
}

function checkDone(done: number, { name, migrations }: TableOwner, path: string, kind: DatabaseKind): void {
  if (done > migrations.length + unknownMigrations(kind))
    throw newerVersion(path, kind, `format ${done} of ${name}, this one knows ${migrations.length}`)
}

function newerVersion(path: string, kind: DatabaseKind, formats: string): Error {
  return failureOf(
    kind,
    'newer-version',
    `${path} was written by a newer Shoal (${formats}): update Shoal, or choose another data folder`,
  )
}

/** The last applied migration of an owner. */
function lastMigration(sqlite: DatabaseSync, owner: string): number {
  const found = sqlite.prepare('SELECT max(number) AS number FROM migrations WHERE owner = ?').get(owner)
  return (found as { number: number | null }).number ?? 0
}

function fileVersion(sqlite: DatabaseSync, path: string, kind: DatabaseKind): number {
  const application = pragma(sqlite, 'application_id')
  if (application === kind.applicationId) return pragma(sqlite, 'user_version')
  const { count } = sqlite.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number }
  if (application === 0 && count === 0) return 0
  throw failureOf(
    kind,
    'bad-argument',
    `${path} is the database of another program: choose another data folder, or move it away`,
  )
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(Object.values(sqlite.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)
}
