/**
 * The tables, as steps from one version to the next. Only ever add to the end, and only what the program of the version before can live with: new tables, new columns with a default,
 * new indexes. It may still be running in other processes, or be started again.
 */

/** SQL for both databases, written as SQLite's: `INTEGER`, `BLOB` and `TEXT` become PostgreSQL's types. */
export type Migration = string | MigrationPair

/** `common`, and then what each database has for itself. */
export interface MigrationPair {
  readonly common: string
  readonly sqlite: string
  readonly postgres: string
}

const ROOMS = `CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    posted_ms INTEGER NOT NULL,
    start_sequence INTEGER NOT NULL,
    start_hash BLOB NOT NULL,
    last_sequence INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    home BLOB,
    home_sequence INTEGER NOT NULL,
    moved INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    room INTEGER NOT NULL REFERENCES rooms (number),
    sequence INTEGER NOT NULL,
    client_id BLOB NOT NULL,
    posted_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (room, sequence),
    UNIQUE (room, client_id)
  ) STRICT;
  CREATE TABLE cursors (
    device BLOB NOT NULL,
    room INTEGER NOT NULL REFERENCES rooms (number),
    sequence INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (device, room)
  ) STRICT;
  CREATE INDEX cursors_by_room ON cursors (room, sequence);
  CREATE TABLE inboxes (
    device BLOB PRIMARY KEY,
    last_sequence INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE inbox_entries (
    device BLOB NOT NULL REFERENCES inboxes (device),
    sequence INTEGER NOT NULL,
    client_id BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (device, sequence),
    UNIQUE (device, client_id)
  ) STRICT`

const ACCOUNTS = `CREATE TABLE accounts (
    number INTEGER PRIMARY KEY,
    did TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE device_lists (
    account INTEGER NOT NULL REFERENCES accounts (number),
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, sequence)
  ) STRICT;
  CREATE TABLE devices (
    account INTEGER NOT NULL REFERENCES accounts (number),
    hash BLOB NOT NULL,
    description BLOB NOT NULL,
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
  ) STRICT;
  CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (number),
    id TEXT NOT NULL,
    device BLOB,
    label TEXT NOT NULL,
    session_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_account ON sessions (account, seen_ms);
  CREATE TABLE passkeys (
    id BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (number),
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    wrapped_key BLOB
  ) STRICT;
  CREATE INDEX passkeys_by_account ON passkeys (account);
  CREATE TABLE used_challenges (
    hash BLOB PRIMARY KEY,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX used_challenges_by_expiry ON used_challenges (expires_ms);
  CREATE TABLE invitations (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    uses INTEGER NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE tracker_keys (
    account INTEGER PRIMARY KEY REFERENCES accounts (number),
    hash BLOB NOT NULL UNIQUE,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    is_public INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_subject ON audit (subject, number)`

/** State of the database itself, which archives leave out. */
const STATE = 'CREATE TABLE hub_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'

/** Values of the hub itself. */
const PROPERTIES = `CREATE TABLE properties (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT`

const LISTINGS = `CREATE TABLE listings (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    author TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    category TEXT NOT NULL,
    tags TEXT NOT NULL,
    description TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    hidden TEXT,
    comments INTEGER NOT NULL,
    thumbnails INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX listings_by_author ON listings (author, number);
  CREATE TABLE thumbnails (
    listing INTEGER NOT NULL REFERENCES listings (number),
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (listing, position)
  ) STRICT;
  CREATE TABLE comments (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    listing INTEGER NOT NULL REFERENCES listings (number),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    hidden TEXT
  ) STRICT;
  CREATE INDEX comments_by_listing ON comments (listing, number);
  CREATE TABLE reports (
    number INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    reporter TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (subject, reporter)
  ) STRICT;
  CREATE INDEX reports_by_reporter ON reports (reporter)`

/** The last reports of the accounts' peers, and the traffic that counted. Rows go with the account, also where the program of the version before deletes it. */
const TRAFFIC = `ALTER TABLE tracker_keys ADD COLUMN spent_ms INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE tracker_peers (
    account INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    torrent BLOB NOT NULL,
    peer BLOB NOT NULL,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, torrent, peer)
  ) STRICT;
  CREATE INDEX tracker_peers_by_time ON tracker_peers (at_ms);
  CREATE TABLE tracker_torrents (
    account INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    torrent BLOB NOT NULL,
    uploaded INTEGER NOT NULL,
    downloaded INTEGER NOT NULL,
    PRIMARY KEY (account, torrent)
  ) STRICT`

/** Rows of accounts and listings go with them, also where the program of the version before deletes those. */
const MEMBERS = `ALTER TABLE listings ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE listings ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE listings ADD COLUMN has_torrent INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE comments ADD COLUMN changed_ms INTEGER;
  CREATE INDEX comments_by_author ON comments (author, number);
  CREATE TABLE listing_torrents (
    listing INTEGER PRIMARY KEY REFERENCES listings (number) ON DELETE CASCADE,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE bans (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    state TEXT NOT NULL,
    banned_ms INTEGER NOT NULL,
    until_ms INTEGER
  ) STRICT;
  CREATE TABLE posting (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    slow_ms INTEGER NOT NULL,
    posted_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE feed_keys (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    hash BLOB NOT NULL UNIQUE,
    renewed_ms INTEGER NOT NULL
  ) STRICT`

/** Hashes of the secrets for reading, posting in and changing a room. See `RoomAccess`. */
const ROOM_ACCESS = `ALTER TABLE rooms ADD COLUMN manage_hash BLOB;
  ALTER TABLE rooms ADD COLUMN read_hash BLOB;
  ALTER TABLE rooms ADD COLUMN post_hash BLOB;
  ALTER TABLE rooms ADD COLUMN slow_ms INTEGER NOT NULL DEFAULT 0`

/** Key packages go with their device, also where the program of the version before removes it. */
const KEY_PACKAGES = `CREATE TABLE key_package_uploads (
    account INTEGER NOT NULL,
    device BLOB NOT NULL,
    upload INTEGER NOT NULL,
    last_resort BLOB,
    last_resort_ref BLOB,
    PRIMARY KEY (account, device),
    FOREIGN KEY (account, device) REFERENCES devices (account, hash) ON DELETE CASCADE
  ) STRICT;
  CREATE TABLE key_packages (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    device BLOB NOT NULL,
    bytes BLOB NOT NULL,
    FOREIGN KEY (account, device) REFERENCES devices (account, hash) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX key_packages_by_device ON key_packages (account, device, number);
  CREATE TABLE key_package_takings (
    pair BLOB PRIMARY KEY,
    day INTEGER NOT NULL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX key_package_takings_by_day ON key_package_takings (day)`

/** The secrets that a room had before, and up to where they are good for reading. See `EarlierAccess`. */
const EARLIER_ACCESS = 'ALTER TABLE rooms ADD COLUMN earlier BLOB'

/** Finds the rooms that are deleted after a while. See `RoomLogs.removeTransfers`. */
const TRANSFERS = "CREATE INDEX transfers_by_time ON rooms (created_ms) WHERE kind = 'transfer'"

export const MIGRATIONS: readonly Migration[] = [
  {
    common: [STATE, ROOMS, ACCOUNTS, LISTINGS, PROPERTIES].join(';\n'),
    sqlite: `CREATE VIRTUAL TABLE listing_words USING fts5(words, content = '', contentless_delete = 1, detail = none, prefix = '3', tokenize = 'ascii')`,
    // With more statistics PostgreSQL knows which words are rare, and looks those up in the index.
    postgres: `CREATE TABLE listing_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
      ALTER TABLE listing_words ALTER COLUMN words SET STATISTICS 1000;
      CREATE INDEX listing_words_by_word ON listing_words USING gin (words)`,
  },
  TRAFFIC,
  MEMBERS,
  ROOM_ACCESS,
  KEY_PACKAGES,
  EARLIER_ACCESS,
  TRANSFERS,
]

export function forSqlite(migration: Migration): string {
  return typeof migration === 'string' ? migration : `${migration.common};\n${migration.sqlite}`
}

export function forPostgres(migration: Migration): string {
  if (typeof migration !== 'string') return `${forPostgres(migration.common)};\n${migration.postgres}`
  return migration
    .replace(/\bINTEGER PRIMARY KEY\b/g, 'BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY')
    .replace(/\bINTEGER\b/g, 'BIGINT')
    .replace(/\bBLOB\b/g, 'BYTEA')
    .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')
    .replace(/\) STRICT\b/g, ')')
}

/**
 * Returns the first migration that a database of version `found` needs. The program of the version before runs on it, too. Returns null if it is newer by more than one.
 */
export function migrationsAfter(found: number, known: number): number | null {
  return found <= known + 1 ? Math.min(found, known) : null
}
