import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { earlierMigrations } from '@shoal/daemon/database'
import { StoreError } from '../store-error.ts'
import { writeArchive } from './archive.ts'
import { all, type Database, first, type Steps } from './database.ts'
import { EARLIER, FORMAT } from './hub-kind.ts'
import { forPostgres, type HubTables, type Versions } from './tables.ts'

/** Lock number that makes processes starting together migrate one after the other. */
const LOCK = 0x53684862

/** Number of unknown versions of tables that a program tolerates: one. */
const UNKNOWN = 1

/** Migrates the tables of a schema in one transaction. Throws `newer-version`. */
export function* migratePostgres(schema: string, owners: readonly HubTables[]): Steps<void> {
  yield* all(`SELECT pg_advisory_xact_lock(${LOCK})`)
  yield* all(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  // One row per version of the database. The first seven had no owners.
  yield* all('CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY)')
  yield* all(
    'CREATE TABLE IF NOT EXISTS owner_migrations (owner TEXT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (owner, number))',
  )
  const format = yield* formatOf()
  if (format > FORMAT + UNKNOWN) throw newerVersion()
  if (format < FORMAT)
    for (const [owner, number] of EARLIER.slice(0, format).flat()) yield* note(owner, number)
  for (let number = format + 1; number <= FORMAT; number++)
    yield* all('INSERT INTO migrations VALUES ($1)', number)
  const done = yield* doneMigrations()
  for (const { name, migrations } of owners) {
    const start = done.get(name) ?? 0
    if (start > migrations.length + UNKNOWN) throw newerVersion()
    for (const [at, migration] of migrations.entries()) {
      if (at < start) continue
      // One statement at a time: a prepared statement cannot contain several.
      for (const statement of forPostgres(migration).split(/;\s*\n/)) yield* all(statement)
      yield* note(name, at + 1)
    }
  }
}

/**
 * Writes an archive of tables that need a migration to `hub-before-VERSIONS.jsonl.gz`.
 * Decompressed, it can be read by `importArchive` of a program with the same versions. Rejects with
 * `bad-argument` if there is no folder for it, `io`, `no-space`.
 */
export async function backUpFirst(
  database: Database,
  owners: readonly HubTables[],
  folder: string | undefined,
): Promise<void> {
  const found = await database.read(foundVersions)
  if (found === null) return
  const { format, versions } = found
  const changed = owners.filter(({ name, migrations }) => (versions.get(name) ?? 0) < migrations.length)
  if (format >= FORMAT && changed.length === 0) return
  if (folder === undefined)
    throw new StoreError(
      'bad-argument',
      'The tables of this database need a change: name a folder for a backup of them',
    )
  const present = owners.map(owner => ({
    ...owner,
    migrations: owner.migrations.slice(0, versions.get(owner.name) ?? 0),
  }))
  const names = changed.map(({ name, migrations }) => `${name}-${migrations.length}`)
  const path = join(folder, `hub-before-${[FORMAT, ...names].join('-')}.jsonl.gz`)
  const draft = `${path}.${process.pid}.draft`
  try {
    await pipeline(
      writeArchive(database, present),
      createGzip(),
      createWriteStream(draft, { mode: 0o600, flush: true }),
    )
    await rename(draft, path)
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
    throw new StoreError(isFull ? 'no-space' : 'io', `${path} cannot be written: check the folder`, { cause })
  }
}

interface Found {
  readonly format: number
  readonly versions: Versions
}

/** Returns null for a schema without tables. */
function* foundVersions(): Steps<Found | null> {
  const table = yield* first<{ exists: boolean }>("SELECT to_regclass('migrations') IS NOT NULL AS exists")
  const format = table!.exists ? yield* formatOf() : 0
  if (format === 0) return null
  return { format, versions: format < FORMAT ? earlierMigrations(EARLIER, format) : yield* doneMigrations() }
}

function* formatOf(): Steps<number> {
  return (yield* first<{ count: number }>('SELECT count(*) AS count FROM migrations'))!.count
}

function* doneMigrations(): Steps<Versions> {
  const rows = yield* all<{ owner: string; number: number }>(
    'SELECT owner, max(number) AS number FROM owner_migrations GROUP BY owner',
  )
  return new Map(rows.map(({ owner, number }) => [owner, number]))
}

function* note(owner: string, number: number): Steps<void> {
  yield* all('INSERT INTO owner_migrations VALUES ($1, $2)', owner, number)
}

function newerVersion(): StoreError {
  return new StoreError('newer-version', 'A newer Shoal has written to this database: update Shoal here')
}
