import type { Migration } from '@shoal/daemon/database'

/**
 * Tables of torrents. Times are milliseconds since the Unix epoch. Torrent ids are never reused,
 * since the search index, a separate file, refers to them.
 */
export const TORRENT_TABLES: readonly Migration[] = [
  `
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

CREATE TABLE resume_progress (key TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT;

CREATE TABLE resume_metainfo (key TEXT PRIMARY KEY, metainfo BLOB NOT NULL) STRICT;

CREATE TABLE resume_notes (name TEXT PRIMARY KEY, note BLOB NOT NULL) STRICT;

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
`,
  'ALTER TABLE torrents ADD COLUMN published INTEGER NOT NULL DEFAULT 0;',
  // Other capabilities store their data about torrents in separate tables. Their migrations take it
  // from here, some only later.
  `
CREATE TABLE former_torrent_columns (
  id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE,
  published INTEGER NOT NULL,
  completion_settled INTEGER NOT NULL,
  ratio_limit REAL,
  seeding_time_limit_minutes REAL
) STRICT;

INSERT INTO former_torrent_columns
  SELECT id, published, completion_settled, ratio_limit, seeding_time_limit_minutes FROM torrents;

ALTER TABLE torrents DROP COLUMN published;
ALTER TABLE torrents DROP COLUMN completion_settled;
ALTER TABLE torrents DROP COLUMN ratio_limit;
ALTER TABLE torrents DROP COLUMN seeding_time_limit_minutes;
ALTER TABLE torrents DROP COLUMN idle_seeding_limit_minutes;
`,
]
