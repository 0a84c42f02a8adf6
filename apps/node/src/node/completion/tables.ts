import type { Migration } from '@shoal/daemon/database'

/** Torrents for which the actions after a completion (move, program) are done, or which were complete from the beginning. */
export const COMPLETION_TABLES: readonly Migration[] = [
  `
CREATE TABLE settled_completions (id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE) STRICT;

INSERT INTO settled_completions SELECT id FROM former_torrent_columns WHERE completion_settled;
`,
]
