import type { Migration } from '@shoal/daemon/database'

/**
 * The hubs that a person has joined. `hub_key`: the hub's did:key. `sequence`: that of the newest
 * device list that the hub is known to have. `account`: the name of the person's account there,
 * which may be empty; null until the next login for hubs that were joined before this column.
 */
export const HUBS_TABLES: readonly Migration[] = [
  `
CREATE TABLE hubs (
  person TEXT NOT NULL,
  url TEXT NOT NULL,
  name TEXT NOT NULL,
  did TEXT,
  hub_key TEXT NOT NULL,
  joined_ms INTEGER NOT NULL,
  sequence INTEGER,
  problem TEXT,
  problem_ms INTEGER,
  PRIMARY KEY (person, url)
) STRICT, WITHOUT ROWID;
`,
  'ALTER TABLE hubs ADD account TEXT;',
]
