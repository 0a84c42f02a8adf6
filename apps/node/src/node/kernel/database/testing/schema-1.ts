/**
 * The first tables. Times are milliseconds since the Unix epoch. Torrent ids are never reused,
 * since the search index, a separate file, refers to them. A released schema never changes: later
 * changes are migrations.
 */
export const SCHEMA_1 = `
CREATE TABLE opened (id INTEGER PRIMARY KEY CHECK (id = 1), times INTEGER NOT NULL) STRICT;

CREATE TABLE labels (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  colour TEXT,
  directory TEXT
) STRICT;

CREATE TABLE torrents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  info_hash_v1 TEXT UNIQUE CHECK (length(info_hash_v1) = 40),
  info_hash_v2 TEXT UNIQUE CHECK (length(info_hash_v2) = 64),
  name TEXT NOT NULL,
  given_name TEXT,
  comment TEXT,
  source TEXT,
  directory TEXT NOT NULL,
  label_id INTEGER REFERENCES labels ON DELETE SET NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  added_ms INTEGER NOT NULL,
  completed_ms INTEGER,
  completion_settled INTEGER NOT NULL DEFAULT 0,
  active_ms INTEGER,
  removed_ms INTEGER,
  remove_data INTEGER NOT NULL DEFAULT 0,
  paused INTEGER NOT NULL DEFAULT 0,
  forced INTEGER NOT NULL DEFAULT 0,
  sequential INTEGER NOT NULL DEFAULT 0,
  queue_position INTEGER,
  ratio_limit REAL,
  seeding_time_limit_minutes REAL,
  idle_seeding_limit_minutes REAL,
  download_limit_bytes_per_second INTEGER,
  upload_limit_bytes_per_second INTEGER,
  files_known INTEGER NOT NULL DEFAULT 0,
  CHECK (info_hash_v1 IS NOT NULL OR info_hash_v2 IS NOT NULL)
) STRICT;
CREATE INDEX torrents_by_label ON torrents (label_id) WHERE label_id IS NOT NULL;

CREATE TABLE torrent_totals (
  torrent_id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE,
  downloaded_bytes INTEGER NOT NULL DEFAULT 0,
  uploaded_bytes INTEGER NOT NULL DEFAULT 0,
  wasted_bytes INTEGER NOT NULL DEFAULT 0,
  downloading_ms INTEGER NOT NULL DEFAULT 0,
  seeding_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE files (
  torrent_id INTEGER NOT NULL REFERENCES torrents ON DELETE CASCADE,
  file_index INTEGER NOT NULL,
  path TEXT NOT NULL,
  length_bytes INTEGER NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (torrent_id, file_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE resume_progress (key TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT;
CREATE TABLE resume_metainfo (key TEXT PRIMARY KEY, metainfo BLOB NOT NULL) STRICT;
CREATE TABLE resume_notes (name TEXT PRIMARY KEY, note BLOB NOT NULL) STRICT;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  step_seconds INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  downloaded_bytes INTEGER NOT NULL,
  uploaded_bytes INTEGER NOT NULL,
  PRIMARY KEY (step_seconds, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE peers (
  id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  client TEXT NOT NULL,
  downloaded_bytes INTEGER NOT NULL,
  uploaded_bytes INTEGER NOT NULL,
  wasted_bytes INTEGER NOT NULL,
  connections INTEGER NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  UNIQUE (host, client)
) STRICT;
CREATE INDEX peers_by_last_seen ON peers (last_seen_ms);

CREATE TABLE torrent_peers (
  torrent_id INTEGER NOT NULL REFERENCES torrents ON DELETE CASCADE,
  rank INTEGER NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (torrent_id, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  user_name TEXT NOT NULL,
  address TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

CREATE TABLE feeds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  every_minutes INTEGER NOT NULL,
  filters TEXT NOT NULL,
  fetched_ms INTEGER,
  error TEXT,
  etag TEXT,
  last_modified TEXT
) STRICT;

CREATE TABLE feed_items (
  id INTEGER PRIMARY KEY,
  feed_id INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
  guid TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  published_ms INTEGER,
  seen_ms INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  UNIQUE (feed_id, guid)
) STRICT;
CREATE INDEX feed_items_by_source ON feed_items (source) WHERE NOT taken;

CREATE TABLE index_queue (
  id INTEGER PRIMARY KEY,
  torrent_id INTEGER NOT NULL,
  task TEXT NOT NULL CHECK (task IN ('names', 'documents', 'document', 'forget')),
  file_index INTEGER NOT NULL DEFAULT 0,
  UNIQUE (torrent_id, task, file_index)
) STRICT;
CREATE INDEX index_queue_quick ON index_queue (id) WHERE task <> 'document';
CREATE TABLE index_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`
