/**
 * Tables of accounts, and of everything that the hub needs to identify the sender of a request.
 * Tables of every owner can refer to them.
 */
import type { HubTables } from '../database/tables.ts'

/** The number of a member, whose DID is `$1`. */
export const ACCOUNT = '(SELECT number FROM accounts WHERE did = $1)'
/** The hashes of a member's devices; the DID is `$1`. */
export const DEVICES = `(SELECT hash FROM devices WHERE account = ${ACCOUNT})`

const ACCOUNTS = `CREATE TABLE accounts (
    number INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE device_lists (
    account INTEGER NOT NULL REFERENCES accounts (number),
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, sequence)
  ) STRICT;
  CREATE TABLE devices (
    account INTEGER NOT NULL REFERENCES accounts (number),
    hash BLOB NOT NULL,
    description BLOB NOT NULL,
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
  ) STRICT;
  CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (number),
    id TEXT NOT NULL,
    device BLOB,
    label TEXT NOT NULL,
    session_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_account ON sessions (account, seen_ms);
  CREATE TABLE invitations (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    uses INTEGER NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT`

export const ACCOUNT_TABLES: HubTables = {
  name: 'accounts',
  migrations: [ACCOUNTS],
  personal: [
    { table: 'invitations', where: 'author = $1', key: 'id', secret: ['hash'] },
    { table: 'sessions', where: `account = ${ACCOUNT}`, key: 'id', secret: ['hash'] },
    { table: 'device_lists', where: `account = ${ACCOUNT}`, key: 'sequence' },
    { table: 'devices', where: `account = ${ACCOUNT}`, key: 'hash' },
    { table: 'accounts', where: 'did = $1', key: 'number' },
  ],
}
