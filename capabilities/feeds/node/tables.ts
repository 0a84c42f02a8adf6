import type { Migration } from '@shoal/daemon/database'

/** Feeds and their items. Times are milliseconds since the Unix epoch. */
export const FEED_TABLES: readonly Migration[] = [
  `
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
`,
  // Feeds record whether they are in the local network. Their items are found by source, added or
  // not.
  `
ALTER TABLE feeds ADD COLUMN is_from_inside INTEGER NOT NULL DEFAULT 0;
DROP INDEX feed_items_by_source;
CREATE INDEX feed_items_by_source ON feed_items (source);
`,
]
