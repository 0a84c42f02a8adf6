import { DatabaseSync } from 'node:sqlite'
import { CATALOGUE } from '../catalogue-kind.ts'
import { SCHEMA_1 } from './schema-1.ts'
import { SCHEMA_2 } from './schema-2.ts'

/**
 * Creates a database file as programs of version 1 or 2 wrote it, with the version in
 * `user_version`, and opens it.
 */
export function earlierFile(path: string, version: 1 | 2): DatabaseSync {
  const sqlite = new DatabaseSync(path)
  sqlite.exec('PRAGMA journal_mode = WAL')
  for (const sql of [SCHEMA_1, SCHEMA_2].slice(0, version)) sqlite.exec(sql)
  sqlite.exec(`PRAGMA application_id = ${CATALOGUE.applicationId}; PRAGMA user_version = ${version}`)
  sqlite.exec('INSERT INTO opened (id, times) VALUES (1, 1)')
  return sqlite
}
