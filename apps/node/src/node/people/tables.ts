import type { Migration } from '@shoal/daemon/database'

/**
 * Tables of Shoal peers, contacts among them, persons that peers have shown, and blocked
 * publishers. Times are milliseconds since the Unix epoch, but `expires` is in seconds; `evidence`
 * is JSON, weighted by age at `judged_ms`.
 */
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
  `
CREATE TABLE people_contacts (
  key TEXT PRIMARY KEY,
  name TEXT,
  shown_key TEXT,
  shown_did TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE people_shown (
  key TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  person BLOB NOT NULL,
  certificate BLOB NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX people_shown_by_person ON people_shown (person);
CREATE INDEX people_shown_by_time ON people_shown (expires);
CREATE TABLE people_blocked (did TEXT PRIMARY KEY, note TEXT, blocked_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`,
]
