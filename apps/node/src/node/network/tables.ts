import type { Migration } from '@shoal/daemon/database'

/** Secrets are encrypted. */
export const NETWORK_TABLES: readonly Migration[] = [
  `
CREATE TABLE network_secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE network_nodes (address TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`,
]
