import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../../base/failure.ts'
import { SCHEMA_1 } from './schema-1.ts'
import { SCHEMA_2 } from './schema-2.ts'

/** Marks the file as ours: `Shol`. */
const APPLICATION_ID = 0x53686f6c

/** One change of the tables of a capability, as SQL. */
export type Migration = string

/** Each brings the tables from one version to the next; the version is how many were done. Only ever add to the end. */
const MIGRATIONS: readonly string[] = [SCHEMA_1, SCHEMA_2]

/**
 * Brings the tables up to date, in one transaction. Writes something in any case, so that the log exists afterwards. Throws `newer-version`
 * for a file that a later program wrote, `bad-argument` for a database of something else.
 */
export function migrate(sqlite: DatabaseSync, path: string, migrations = MIGRATIONS): void {
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const version = versionOf(sqlite, path)
    if (version > migrations.length)
      throw new Failure(
        'newer-version',
        `${path} was written by a newer Shoal (format ${version}, this one knows ${migrations.length}): update Shoal, or choose another data folder`,
      )
    for (const sql of migrations.slice(version)) sqlite.exec(sql)
    sqlite.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`)
    sqlite.exec('INSERT INTO opened (id, times) VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1')
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
  throw new Failure(
    'bad-argument',
    `${path} is the database of another program: choose another data folder, or move it away`,
  )
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(Object.values(sqlite.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)
}
