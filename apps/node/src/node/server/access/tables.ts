import type { Migration } from '@shoal/daemon/database'

/** Logins and passkeys. Times are milliseconds since the Unix epoch. */
export const SERVER_TABLES: readonly Migration[] = [
  `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  user_name TEXT NOT NULL,
  address TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires_ms);
`,
  'ALTER TABLE sessions ADD COLUMN browser TEXT;',
  'ALTER TABLE sessions ADD COLUMN device TEXT;',
  `
ALTER TABLE sessions ADD COLUMN passkey TEXT;

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  user_name TEXT NOT NULL,
  by_token INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL
) STRICT;
`,
]
