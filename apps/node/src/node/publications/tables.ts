import type { Migration } from '@shoal/daemon/database'

/**
 * Published and followed links. Times are milliseconds since the Unix epoch; versions are text,
 * since they have up to 63 bits.
 */
export const PUBLICATION_TABLES: readonly Migration[] = [
  `
CREATE TABLE publications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  link TEXT NOT NULL UNIQUE,
  info_hash TEXT NOT NULL,
  version TEXT NOT NULL,
  signature TEXT NOT NULL,
  published_ms INTEGER,
  nodes INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;

CREATE TABLE followed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  link TEXT NOT NULL UNIQUE,
  every_minutes INTEGER NOT NULL,
  keep TEXT NOT NULL,
  directory TEXT,
  label TEXT,
  torrent TEXT,
  info_hash TEXT,
  version TEXT,
  leftovers TEXT NOT NULL DEFAULT '[]',
  changed_ms INTEGER,
  checked_ms INTEGER,
  error TEXT
) STRICT;
`,
]
