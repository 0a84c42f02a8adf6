import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { StoreError } from '../store-error.ts'
import { writeArchive } from './archive.ts'
import { tablesOf } from './columns.ts'
import { all, type Database, first, type Steps } from './database.ts'
import { forPostgres, type Migration, migrationsAfter } from './schema.ts'

/** A number of our own, so that processes that start together migrate one after the other. */
const LOCK = 0x53684862

/** Brings the tables of a schema up to date, in one transaction. Throws `newer-version`. */
export function* migratePostgres(schema: string, migrations: readonly Migration[]): Steps<void> {
  yield* all(`SELECT pg_advisory_xact_lock(${LOCK})`)
  yield* all(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  yield* all('CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY)')
  const found = yield* first<{ count: number }>('SELECT count(*) AS count FROM migrations')
  const start = migrationsAfter(found!.count, migrations.length)
  if (start === null)
    throw new StoreError('newer-version', 'A newer Shoal has written to this database: update Shoal here')
  for (const [at, migration] of migrations.entries()) {
    if (at < start) continue
    // One statement at a time: prepared statements contain one only.
    for (const statement of forPostgres(migration).split(/;\s*\n/)) yield* all(statement)
    yield* all('INSERT INTO migrations VALUES ($1)', at + 1)
  }
}

/**
 * Writes an archive of tables that need a change to `hub-before-VERSION.jsonl.gz`. `importArchive` of the program that made them reads it, unpacked. Rejects with `bad-argument` if there is no
 * folder for it, `io`, `no-space`.
 */
export async function backUpFirst(
  database: Database,
  migrations: readonly Migration[],
  folder: string | undefined,
): Promise<void> {
  const found = await database.read(version)
  if (found === 0 || found >= migrations.length) return
  if (folder === undefined)
    throw new StoreError(
      'bad-argument',
      'The tables of this database need a change: name a folder for a backup of them',
    )
  const path = join(folder, `hub-before-${migrations.length}.jsonl.gz`)
  const draft = `${path}.${process.pid}.draft`
  try {
    const archive = writeArchive(database, tablesOf(migrations.slice(0, found)), found)
    await pipeline(archive, createGzip(), createWriteStream(draft, { mode: 0o600, flush: true }))
    await rename(draft, path)
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
    throw new StoreError(isFull ? 'no-space' : 'io', `${path} cannot be written: check the folder`, { cause })
  }
}

function* version(): Steps<number> {
  const table = yield* first<{ exists: boolean }>("SELECT to_regclass('migrations') IS NOT NULL AS exists")
  if (!table!.exists) return 0
  return (yield* first<{ count: number }>('SELECT count(*) AS count FROM migrations'))!.count
}
