import type { Migration } from '@shoal/daemon/database'

/**
 * Publishers of torrents that were added from search results, and whether this node completed them.
 */
export const NETWORK_SEARCH_TABLES: readonly Migration[] = [
  `
CREATE TABLE publishers (
  publisher BLOB NOT NULL,
  torrent TEXT NOT NULL,
  complete INTEGER NOT NULL,
  PRIMARY KEY (publisher, torrent)
) STRICT, WITHOUT ROWID;

CREATE INDEX publishers_torrent ON publishers (torrent);
`,
]
