import type { Migration } from '@shoal/daemon/database'

/** Files of torrents, and the queue of the indexer. */
export const SEARCH_TABLES: readonly Migration[] = [
  `
CREATE TABLE files (
  torrent_id INTEGER NOT NULL REFERENCES torrents ON DELETE CASCADE,
  file_index INTEGER NOT NULL,
  path TEXT NOT NULL,
  length_bytes INTEGER NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (torrent_id, file_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE index_queue (
  id INTEGER PRIMARY KEY,
  torrent_id INTEGER NOT NULL,
  task TEXT NOT NULL CHECK (task IN ('names', 'documents', 'document', 'forget')),
  file_index INTEGER NOT NULL DEFAULT 0,
  UNIQUE (torrent_id, task, file_index)
) STRICT;

CREATE INDEX index_queue_quick ON index_queue (id) WHERE task <> 'document';

CREATE TABLE index_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
]
