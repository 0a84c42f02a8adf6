import type { Migration } from '@shoal/daemon/database'

/**
 * Torrents that others can find by search, withdrawals that index nodes have not received yet, and
 * the key that signs both, encrypted.
 */
export const FINDABLE_TABLES: readonly Migration[] = [
  `
CREATE TABLE findable (
  torrent TEXT PRIMARY KEY,
  title TEXT,
  tags TEXT,
  license TEXT,
  language TEXT,
  published INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  entry BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE findable_withdrawals (id INTEGER PRIMARY KEY, entry BLOB NOT NULL, withdrawal BLOB NOT NULL) STRICT;

CREATE TABLE findable_key (id INTEGER PRIMARY KEY CHECK (id = 1), did TEXT NOT NULL, secret TEXT NOT NULL) STRICT;
`,
]
