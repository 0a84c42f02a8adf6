import type { Migration } from '@shoal/daemon/database'

/** Secrets are encrypted. */
export const NETWORK_TABLES: readonly Migration[] = [
  `
CREATE TABLE network_secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE network_nodes (address TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`,
  `
CREATE TABLE published_torrents (id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE) STRICT;

INSERT INTO published_torrents SELECT id FROM former_torrent_columns WHERE published;
`,
]
