import { ACCOUNT } from '../accounts/tables.ts'
import { all, type PerDatabase, type Steps } from '../database/database.ts'
import type { HubTables, Migration } from '../database/tables.ts'
import { indexAll } from './listings.ts'

/** The numbers of a member's listings; the DID is `$1`. */
const OWN = '(SELECT number FROM listings WHERE author = $1)'

const LISTINGS: Migration = {
  common: `CREATE TABLE listings (
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
  CREATE INDEX comments_by_listing ON comments (listing, number)`,
  sqlite: `CREATE VIRTUAL TABLE listing_words USING fts5(words, content = '', contentless_delete = 1, detail = none, prefix = '3', tokenize = 'ascii')`,
  // With more statistics PostgreSQL knows which words are rare, and looks those up in the index.
  postgres: `CREATE TABLE listing_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
      ALTER TABLE listing_words ALTER COLUMN words SET STATISTICS 1000;
      CREATE INDEX listing_words_by_word ON listing_words USING gin (words)`,
}

/** Rows are deleted with their account or listing, even by the previous version of the program. */
const FILES_AND_FEEDS = `ALTER TABLE listings ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE listings ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE listings ADD COLUMN has_torrent INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE comments ADD COLUMN changed_ms INTEGER;
  CREATE INDEX comments_by_author ON comments (author, number);
  CREATE TABLE listing_torrents (
    listing INTEGER PRIMARY KEY REFERENCES listings (number) ON DELETE CASCADE,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE feed_keys (
    account INTEGER PRIMARY KEY REFERENCES accounts (number) ON DELETE CASCADE,
    hash BLOB NOT NULL UNIQUE,
    renewed_ms INTEGER NOT NULL
  ) STRICT`

const REMOVE_WORDS: PerDatabase = {
  sqlite: `DELETE FROM listing_words WHERE rowid IN ${OWN}`,
  postgres: `DELETE FROM listing_words WHERE number IN ${OWN}`,
}

export const LISTING_TABLES: HubTables = {
  name: 'listings',
  migrations: [LISTINGS, FILES_AND_FEEDS],
  personal: [
    { table: 'comments', where: 'author = $1', key: 'number' },
    { table: 'thumbnails', where: `listing IN ${OWN}`, key: 'listing, position', isLarge: true },
    { table: 'listing_torrents', where: `listing IN ${OWN}`, key: 'listing', isLarge: true },
    { table: 'listings', where: 'author = $1', key: 'number' },
    { table: 'feed_keys', where: `account = ${ACCOUNT}`, key: 'account', secret: ['hash'] },
  ],
  things: function* (did) {
    const rows = yield* all<{ name: string }>(
      `SELECT 'listing:' || id AS name FROM listings WHERE author = $1 UNION ALL
      SELECT 'comment:' || id AS name FROM comments WHERE author = $1 OR listing IN ${OWN}`,
      did,
    )
    return rows.map(({ name }) => name)
  },
  forget,
  derived: { table: 'listing_words', rebuild: indexAll },
}

/** Counts comments as they will be, and deletes those of others on the member's listings. */
function* forget(did: string): Steps<void> {
  yield* all(
    `UPDATE listings SET comments = comments -
      (SELECT count(*) FROM comments WHERE comments.listing = listings.number AND comments.author = $1)
    WHERE number IN (SELECT listing FROM comments WHERE author = $1)`,
    did,
  )
  yield* all(REMOVE_WORDS, did)
  yield* all(`DELETE FROM comments WHERE author <> $1 AND listing IN ${OWN}`, did)
}
