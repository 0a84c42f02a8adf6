import { ACCOUNT } from '../accounts/tables.ts'
import type { HubTables } from '../database/tables.ts'

const KEYS = `CREATE TABLE tracker_keys (
    account INTEGER PRIMARY KEY REFERENCES accounts (number),
    hash BLOB NOT NULL UNIQUE,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL
  ) STRICT`

/**
 * The last reports of the accounts' peers, and the counted traffic. Rows are deleted with the
 * account, even by the previous version of the program.
 */
const TRAFFIC = `ALTER TABLE tracker_keys ADD COLUMN spent_ms INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE tracker_peers (
    account INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    torrent BLOB NOT NULL,
    peer BLOB NOT NULL,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, torrent, peer)
  ) STRICT;
  CREATE INDEX tracker_peers_by_time ON tracker_peers (at_ms);
  CREATE TABLE tracker_torrents (
    account INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    torrent BLOB NOT NULL,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL,
    PRIMARY KEY (account, torrent)
  ) STRICT`

export const TRACKER_KEY_TABLES: HubTables = {
  name: 'tracker-keys',
  migrations: [KEYS, TRAFFIC],
  personal: [
    { table: 'tracker_peers', where: `account = ${ACCOUNT}`, key: 'torrent, peer' },
    { table: 'tracker_torrents', where: `account = ${ACCOUNT}`, key: 'torrent' },
    { table: 'tracker_keys', where: `account = ${ACCOUNT}`, key: 'account', secret: ['hash'] },
  ],
}
