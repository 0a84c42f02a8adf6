import type { Migration } from '../kernel/database/migrations.ts'

/** Tables of Shoal peers. Times are milliseconds since the Unix epoch; `evidence` is JSON, weighted by age at `judged_ms`. */
export const PEOPLE_TABLES: readonly Migration[] = [
  `
CREATE TABLE people_key (id INTEGER PRIMARY KEY CHECK (id = 1), secret TEXT NOT NULL) STRICT;

CREATE TABLE people (
  key TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  downloaded_bytes INTEGER NOT NULL,
  uploaded_bytes INTEGER NOT NULL,
  confirmed_bytes INTEGER NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  judged_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_last_seen ON people (last_seen_ms);

CREATE TABLE people_networks (
  prefix TEXT PRIMARY KEY,
  evidence TEXT NOT NULL,
  judged_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX people_networks_by_time ON people_networks (judged_ms);

CREATE TABLE people_receipts (
  key TEXT NOT NULL,
  torrent TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  earlier_bytes INTEGER NOT NULL,
  receipt BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (key, torrent)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_receipts_by_time ON people_receipts (received_ms);

CREATE TABLE people_due (
  key TEXT NOT NULL,
  torrent TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  wallet TEXT,
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (key, torrent)
) STRICT, WITHOUT ROWID;
`,
]
