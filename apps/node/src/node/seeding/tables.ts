import type { Migration } from '@shoal/daemon/database'

/** Seeding limits of individual torrents. Torrents without a row use the settings. */
export const SEEDING_TABLES: readonly Migration[] = [
  `
CREATE TABLE seeding_limits (
  id INTEGER PRIMARY KEY REFERENCES torrents ON DELETE CASCADE,
  ratio_limit REAL,
  seeding_time_limit_minutes REAL
) STRICT;

INSERT INTO seeding_limits
  SELECT id, ratio_limit, seeding_time_limit_minutes FROM former_torrent_columns
  WHERE ratio_limit IS NOT NULL OR seeding_time_limit_minutes IS NOT NULL;
`,
]
