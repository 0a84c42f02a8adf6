import type { Migration } from '@shoal/daemon/database'

/**
 * Torrents whose completion actions (move, program) are done, or that were complete from the
 * start.
 */
export const COMPLETION_TABLES: readonly Migration[] = [
  `
CREATE TABLE settled_completions (id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE) STRICT;

INSERT INTO settled_completions SELECT id FROM former_torrent_columns WHERE completion_settled;
`,
]
