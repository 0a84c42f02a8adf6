import { StoreError } from '../store-error.ts'
import { all, first, type Steps } from './database.ts'
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
