import type { Migration } from '@shoal/daemon/database'

/** Tables of the kernel. Times are milliseconds since the Unix epoch. */
export const KERNEL_TABLES: readonly Migration[] = [
  `
CREATE TABLE opened (id INTEGER PRIMARY KEY CHECK (id = 1), times INTEGER NOT NULL) STRICT;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT;
`,
]
