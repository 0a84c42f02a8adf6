import type { Migration } from '@shoal/daemon/database'

/**
 * The newest device list of each person that a hub returned, kept so that no hub can roll it back.
 */
export const CHAT_TABLES: readonly Migration[] = [
  `
CREATE TABLE chat_persons (did TEXT PRIMARY KEY, list BLOB NOT NULL) STRICT, WITHOUT ROWID;
`,
]
