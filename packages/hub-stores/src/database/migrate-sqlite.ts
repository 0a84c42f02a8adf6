import { open as openFile, rename, rm } from 'node:fs/promises'
import { backup, type DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'
import { forSqlite, type Migration, migrationsAfter } from './schema.ts'

/** Marks the file as a hub's: `ShHb`. */
const APPLICATION_ID = 0x53684862
const PAGES_AT_ONCE = 256

/**
 * Brings the tables up to date in one transaction. Before that, copies a file that has tables to `PATH.before-VERSION`. Throws `newer-version`, and
 * `bad-argument` for a database of another program.
 */
export async function migrateSqlite(
  sqlite: DatabaseSync,
  path: string,
  migrations: readonly Migration[],
): Promise<void> {
  const found = versionOf(sqlite, path)
  if (found > 0 && found < migrations.length) await copyTo(sqlite, `${path}.before-${migrations.length}`)
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it meanwhile.
    const present = versionOf(sqlite, path)
    const start = migrationsAfter(present, migrations.length)
    if (start === null)
      throw new StoreError(
        'newer-version',
        `${path} was written by a newer Shoal: update Shoal on this machine`,
      )
    for (const migration of migrations.slice(start)) sqlite.exec(forSqlite(migration))
    // Written in any case, so that the log exists afterwards.
    sqlite.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${Math.max(present, migrations.length)}`,
    )
    sqlite.exec('CREATE TABLE IF NOT EXISTS opened (times INTEGER NOT NULL) STRICT')
    sqlite.exec('DELETE FROM opened; INSERT INTO opened VALUES (1)')
    sqlite.exec('COMMIT')
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}

function versionOf(sqlite: DatabaseSync, path: string): number {
  const application = pragma(sqlite, 'application_id')
  if (application === APPLICATION_ID) return pragma(sqlite, 'user_version')
  const { count } = sqlite.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number }
  if (application === 0 && count === 0) return 0
  throw new StoreError('bad-argument', `${path} is the database of another program: choose another file`)
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(Object.values(sqlite.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)
}

/** Copies the open database. The copy gets its name once it is durable. */
async function copyTo(sqlite: DatabaseSync, path: string): Promise<void> {
  const draft = `${path}.draft`
  await rm(draft, { force: true })
  const file = await openFile(draft, 'wx', 0o600)
  try {
    await backup(sqlite, draft, { rate: PAGES_AT_ONCE })
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}
