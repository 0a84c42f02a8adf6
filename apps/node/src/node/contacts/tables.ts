import type { Migration } from '@shoal/daemon/database'

/**
 * The user's profile, the persons of contacts with their device lists (a JSON array of base64url
 * lists), the person that each contact's node last showed (keys in hex), and the last alarm of
 * each kind. Times are milliseconds since the Unix epoch.
 */
export const CONTACTS_TABLES: readonly Migration[] = [
  `
CREATE TABLE contacts_own (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  person TEXT NOT NULL,
  profile BLOB NOT NULL,
  device BLOB NOT NULL
) STRICT;
CREATE TABLE contacts_persons (
  did TEXT PRIMARY KEY,
  lists TEXT NOT NULL,
  profile BLOB,
  device BLOB,
  verified_root BLOB,
  verified_ms INTEGER,
  asked_ms INTEGER
) STRICT;
CREATE TABLE contacts_nodes (key TEXT PRIMARY KEY, did TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE contacts_alarms (
  did TEXT NOT NULL,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  detail TEXT,
  PRIMARY KEY (did, kind)
) STRICT, WITHOUT ROWID;
`,
]
