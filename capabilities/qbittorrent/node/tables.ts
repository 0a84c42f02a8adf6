import type { Migration } from '@shoal/daemon/database'

/** Tags without torrents, and rules without feeds: Shoal itself has neither. */
export const QBITTORRENT_TABLES: readonly Migration[] = [
  `
CREATE TABLE qbittorrent_tags (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE qbittorrent_rules (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
]
