import { ACCOUNT } from '../accounts/tables.ts'
import { each, type PerDatabase } from '../database/database.ts'
import type { HubTables } from '../database/tables.ts'

const REPORTS = `CREATE TABLE reports (
    number INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    reporter TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (subject, reporter)
  ) STRICT;
  CREATE INDEX reports_by_reporter ON reports (reporter)`

/** Rows are deleted with the account, even by the previous version of the program. */
const BANS = `CREATE TABLE bans (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    state TEXT NOT NULL,
    banned_ms INTEGER NOT NULL,
    until_ms INTEGER
  ) STRICT;
  CREATE TABLE posting (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    slow_ms INTEGER NOT NULL,
    posted_ms INTEGER NOT NULL
  ) STRICT`

const CLOSE: PerDatabase = {
  sqlite: 'DELETE FROM reports WHERE subject = $1',
  postgres: 'DELETE FROM reports WHERE subject = ANY ($1::text[])',
}

export const MODERATION_TABLES: HubTables = {
  name: 'moderation',
  migrations: [REPORTS, BANS],
  personal: [
    { table: 'reports', where: 'reporter = $1', key: 'number' },
    { table: 'bans', where: `account = ${ACCOUNT}`, key: 'account' },
    { table: 'posting', where: `account = ${ACCOUNT}`, key: 'account' },
  ],
  forget: function* (_did, things) {
    yield* each(
      CLOSE,
      things.map(thing => [thing]),
    )
  },
}
