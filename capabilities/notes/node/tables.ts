import type { Migration } from '@shoal/daemon/database'

export const NOTES_TABLES: readonly Migration[] = [
  `
CREATE TABLE notes (
  id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE,
  text TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT;
`,
]
