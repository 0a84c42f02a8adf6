/**
 * The listings of a hub: links published by members, with a description, and a full-text search.
 */
import { createHash } from 'node:crypto'
import { checkDid } from '../accounts/account.ts'
import { newId } from '../accounts/secrets.ts'
import { bad, checkBytes, checkCount, checkInteger, checkText } from '../checks.ts'
import { all, type Database, each, first, type PerDatabase, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import { listingWords, type Query, queryOf } from './words.ts'

const MAX_TITLE_BYTES = 256
const MAX_CATEGORY_BYTES = 64
/** Most categories of a search. */
const MAX_CATEGORIES = 32
const MAX_TAG_BYTES = 64
const MAX_TAGS = 16
const MAX_DESCRIPTION_BYTES = 65_536
const MAX_LINK_BYTES = 8192
const MAX_REASON_BYTES = 1024
const MAX_QUERY_BYTES = 1024
const MAX_PAGE = 200
const MAX_THUMBNAILS = 4
/** Largest thumbnail, in bytes. */
const MAX_THUMBNAIL_BYTES = 131_072
const NAME_CHARACTERS = 22
/** Largest `.torrent`, in bytes. */
const MAX_TORRENT_BYTES = 2 << 20
const MAX_FILES = 10_000_000
const THUMBNAIL_TYPES = ['image/avif', 'image/jpeg', 'image/png', 'image/webp']

/** The members that an author writes. */
export interface ListingText {
  /** 1 to 256 bytes. */
  readonly title: string
  /** The share link or magnet link. 1 to 8,192 bytes. */
  readonly link: string
  /** 1 to 64 bytes with a letter or digit. */
  readonly category: string
  /** At most 16 of 1 to 64 bytes, each with a letter or digit. */
  readonly tags: readonly string[]
  /** Markdown as written by its author; clients have to sanitize it. At most 65,536 bytes. */
  readonly description: string
  /** Total size of the shared files. */
  readonly sizeBytes: number
  /** Number of shared files: 1 to 10,000,000; null if unknown. */
  readonly fileCount: number | null
}

export interface Listing extends ListingText {
  readonly id: string
  /** DID of the author. */
  readonly author: string
  readonly createdMs: number
  readonly changedMs: number
  /** Reason given by the moderators who hid it; null if it is visible to everyone. */
  readonly hidden: string | null
  readonly comments: number
  /**
   * Names of its thumbnails, at most four: the beginning of the SHA-256 of each, 22 characters of
   * URL-safe base64.
   */
  readonly thumbnails: readonly string[]
  /** Whether the store has its `.torrent`. */
  readonly hasTorrent: boolean
  /** Position for paging: for `before`. Increases with each listing. */
  readonly number: number
}

export interface ListingSearch extends Query {
  /** Only those of this DID. */
  readonly author?: string
  /** Whether to include hidden ones. Default: false. */
  readonly withHidden?: boolean
  /** Includes the hidden ones of this DID. */
  readonly viewer?: string
  /** The lowest `number` of the previous page. */
  readonly before?: number
  /** 1 to 200. Default: 50. */
  readonly limit?: number
}

export interface Thumbnail {
  /** `image/avif`, `image/jpeg`, `image/png` or `image/webp`. */
  readonly type: string
  /** 1 to 131,072 bytes. */
  readonly bytes: Uint8Array
}

export interface TorrentFile {
  /** 1 to 2,097,152 bytes. */
  readonly bytes: Uint8Array
  readonly fileCount: number
}

interface ListingRow {
  readonly number: number
  readonly id: string
  readonly author: string
  readonly title: string
  readonly link: string
  readonly category: string
  readonly tags: string
  readonly description: string
  readonly size: number
  readonly created_ms: number
  readonly changed_ms: number
  readonly hidden: string | null
  readonly comments: number
  readonly files: number
  readonly pictures: string
  readonly has_torrent: number
}

const PUT_WORDS: PerDatabase = {
  sqlite: 'INSERT OR REPLACE INTO listing_words (rowid, words) VALUES ($1, $2)',
  postgres: `INSERT INTO listing_words (number, words) SELECT number, array_to_tsvector(string_to_array(words, ' '))
    FROM unnest($1::bigint[], $2::text[]) AS given (number, words) ON CONFLICT (number) DO UPDATE SET words = excluded.words`,
}
const REMOVE_WORDS: PerDatabase = {
  sqlite: 'DELETE FROM listing_words WHERE rowid = $1',
  postgres: 'DELETE FROM listing_words WHERE number = ANY ($1::bigint[])',
}
const FOUND = `($1 = '' OR author = $1) AND (hidden IS NULL OR $2 = 1 OR author = $5)`
const SEARCH: PerDatabase = {
  sqlite: `SELECT listings.* FROM listing_words JOIN listings ON listings.number = listing_words.rowid
    WHERE listing_words MATCH $6 AND listing_words.rowid < $3 AND ${FOUND} ORDER BY listing_words.rowid DESC LIMIT $4`,
  // Words have no quotes or spaces, so FTS5's query can be converted to PostgreSQL's.
  postgres: `SELECT listings.* FROM listing_words JOIN listings USING (number)
    WHERE words @@ replace(replace(replace(replace($6, '"*', ''':*'), '"', ''''), ' AND ', ' & '), ' OR ', ' | ')::tsquery
    AND number < $3 AND ${FOUND} ORDER BY number DESC LIMIT $4`,
}

export class Listings {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Publishes a listing. Rejects with `bad-argument`. The caller checks the author's permission.
   */
  async create(author: string, text: ListingText): Promise<Listing> {
    checkDid(author)
    checkListing(text)
    const nowMs = this.#now()
    const id = newId()
    return this.#database.write(function* () {
      const { title, link, category, tags, description, sizeBytes, fileCount } = text
      const row = yield* first<ListingRow>(
        `INSERT INTO listings (id, author, title, link, category, tags, description, size, files, created_ms, changed_ms, comments, thumbnails)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0) RETURNING *`,
        ...[id, author, title, link, category, JSON.stringify(tags), description],
        ...[sizeBytes, fileCount ?? 0, nowMs, nowMs],
      )
      yield* index([row!])
      return toListing(row!)
    })
  }

  /** Returns a listing, hidden or not. Rejects with `not-found`. */
  async get(id: string): Promise<Listing> {
    return this.#database.read(function* () {
      return toListing(yield* findListing(id))
    })
  }

  /**
   * Changes the members written by the author. Another link removes the `.torrent`. Rejects with
   * `not-found`, `bad-argument`.
   */
  async change(id: string, changes: Partial<ListingText>): Promise<Listing> {
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const before = yield* findListing(id, 'FOR UPDATE')
      const text = { ...toListing(before), ...changes }
      checkListing(text)
      const { title, link, category, tags, description, sizeBytes, fileCount } = text
      if (link !== before.link) yield* removeTorrent(before.number)
      const row = yield* first<ListingRow>(
        `UPDATE listings SET title = $2, link = $3, category = $4, tags = $5, description = $6, size = $7, files = $8, changed_ms = $9
        WHERE id = $1 RETURNING *`,
        ...[id, title, link, category, JSON.stringify(tags), description, sizeBytes, fileCount ?? 0, nowMs],
      )
      yield* index([row!])
      return toListing(row!)
    })
  }

  /**
   * Hides a listing from searches, with a reason of 1 to 1,024 bytes, or shows it again (null).
   * Rejects with `not-found`, `bad-argument`.
   */
  async hide(id: string, reason: string | null): Promise<Listing> {
    if (reason !== null) checkText('reason', reason, 1, MAX_REASON_BYTES)
    return this.#database.write(function* () {
      const { number } = yield* findListing(id, 'FOR UPDATE')
      const row = yield* first<ListingRow>(
        'UPDATE listings SET hidden = $2 WHERE number = $1 RETURNING *',
        number,
        reason,
      )
      return toListing(row!)
    })
  }

  /**
   * Deletes a listing with its thumbnails, `.torrent` and comments. Returns false if there was
   * none.
   */
  async remove(id: string): Promise<boolean> {
    return this.#database.write(function* () {
      const row = yield* first<ListingRow>('SELECT * FROM listings WHERE id = $1 FOR UPDATE', id)
      if (!row) return false
      yield* each(REMOVE_WORDS, [[row.number]])
      yield* all('DELETE FROM comments WHERE listing = $1', row.number)
      yield* all('DELETE FROM thumbnails WHERE listing = $1', row.number)
      yield* all('DELETE FROM listing_torrents WHERE listing = $1', row.number)
      yield* all('DELETE FROM listings WHERE number = $1', row.number)
      return true
    })
  }

  /**
   * Lists the matches, the newest first. `text`: all its words must match, the last one also as a
   * prefix unless a space follows it. Words are compared without case and diacritics. Rejects with
   * `bad-argument`.
   */
  async search(search: ListingSearch = {}): Promise<readonly Listing[]> {
    const {
      author = '',
      withHidden = false,
      viewer = '',
      before = Number.MAX_SAFE_INTEGER,
      limit = 50,
      text = '',
    } = search
    if (author !== '') checkDid(author)
    checkText('text', text, 0, MAX_QUERY_BYTES)
    checkInteger('before', before)
    checkInteger('limit', limit, 1, MAX_PAGE)
    const { categories = [], tag } = search
    checkCount('categories', categories, 0, MAX_CATEGORIES)
    for (const category of categories) checkLabel('categories', category, MAX_CATEGORY_BYTES)
    if (tag !== undefined) checkLabel('tag', tag, MAX_TAG_BYTES)
    const query = queryOf(search)
    // Text without words matches nothing, such as "!!!".
    if (!query && text.trim() !== '') return []
    const values = [author, Number(withHidden), before, limit, viewer]
    const rows = await this.#database.read(() =>
      query
        ? all<ListingRow>(SEARCH, ...values, query)
        : all<ListingRow>(
            `SELECT * FROM listings WHERE ${FOUND} AND number < $3 ORDER BY number DESC LIMIT $4`,
            ...values,
          ),
    )
    return rows.map(toListing)
  }

  /**
   * Adds a thumbnail; an existing one changes nothing. Rejects with `not-found`, `bad-argument`,
   * `full` (a listing has four).
   */
  async addThumbnail(id: string, thumbnail: Thumbnail): Promise<Listing> {
    if (!THUMBNAIL_TYPES.includes(thumbnail.type)) throw bad('type', THUMBNAIL_TYPES.join(', '))
    checkBytes('bytes', thumbnail.bytes, 1, MAX_THUMBNAIL_BYTES)
    return this.#database.write(() =>
      changeThumbnails(id, thumbnails => {
        const name = nameOf(thumbnail)
        if (thumbnails.some(each => nameOf(each) === name)) return thumbnails
        if (thumbnails.length >= MAX_THUMBNAILS)
          throw new StoreError('full', `A listing has at most ${MAX_THUMBNAILS} thumbnails: remove one first`)
        return [...thumbnails, thumbnail]
      }),
    )
  }

  /** Removes the thumbnail with this name, if there is one. Rejects with `not-found`. */
  async removeThumbnail(id: string, name: string): Promise<Listing> {
    return this.#database.write(() =>
      changeThumbnails(id, thumbnails => thumbnails.filter(each => nameOf(each) !== name)),
    )
  }

  /** Returns the thumbnail of a listing with this name, or null. Rejects with `not-found`. */
  async thumbnail(id: string, name: string): Promise<Thumbnail | null> {
    return this.#database.read(function* () {
      const { number, pictures } = yield* findListing(id)
      const position = (JSON.parse(pictures) as string[]).indexOf(name)
      const row = yield* first<Thumbnail>(
        'SELECT type, bytes FROM thumbnails WHERE listing = $1 AND position = $2',
        ...[number, position],
      )
      return row ? { type: row.type, bytes: row.bytes } : null
    })
  }

  /**
   * Stores the `.torrent` of a listing, which the caller has checked against `link`. Sets the
   * listing's size and number of files from it. Rejects with `not-found`, `bad-argument`,
   * `conflict` if the listing has another link by now.
   */
  async setTorrent(
    id: string,
    { link, bytes, sizeBytes, fileCount }: Pick<ListingText, 'link' | 'sizeBytes'> & TorrentFile,
  ): Promise<Listing> {
    checkBytes('bytes', bytes, 1, MAX_TORRENT_BYTES)
    checkInteger('sizeBytes', sizeBytes)
    checkInteger('fileCount', fileCount, 1, MAX_FILES)
    return this.#database.write(function* () {
      const before = yield* findListing(id, 'FOR UPDATE')
      if (before.link !== link)
        throw new StoreError('conflict', 'This listing has another link meanwhile: send the .torrent again')
      yield* all(
        'INSERT INTO listing_torrents (listing, bytes) VALUES ($1, $2) ON CONFLICT (listing) DO UPDATE SET bytes = excluded.bytes',
        ...[before.number, bytes],
      )
      const row = yield* first<ListingRow>(
        'UPDATE listings SET has_torrent = 1, size = $2, files = $3 WHERE number = $1 RETURNING *',
        ...[before.number, sizeBytes, fileCount],
      )
      return toListing(row!)
    })
  }

  /** Returns the `.torrent` of a listing, or null. Rejects with `not-found`. */
  async torrent(id: string): Promise<Uint8Array | null> {
    return this.#database.read(function* () {
      const { number } = yield* findListing(id)
      const row = yield* first<Pick<TorrentFile, 'bytes'>>(
        'SELECT bytes FROM listing_torrents WHERE listing = $1',
        number,
      )
      return row?.bytes ?? null
    })
  }
}

/** Returns the name of a thumbnail, which changes with its content. */
function nameOf({ bytes }: Thumbnail): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, NAME_CHARACTERS)
}

function* thumbnailsOf(listing: number): Steps<Thumbnail[]> {
  return yield* all<Thumbnail>(
    'SELECT type, bytes FROM thumbnails WHERE listing = $1 ORDER BY position',
    listing,
  )
}

function* changeThumbnails(
  id: string,
  change: (thumbnails: readonly Thumbnail[]) => readonly Thumbnail[],
): Steps<Listing> {
  const { number } = yield* findListing(id, 'FOR UPDATE')
  const thumbnails = change(yield* thumbnailsOf(number))
  yield* all('DELETE FROM thumbnails WHERE listing = $1', number)
  for (const [position, { type, bytes }] of thumbnails.entries())
    yield* all(
      'INSERT INTO thumbnails (listing, position, type, bytes) VALUES ($1, $2, $3, $4)',
      ...[number, position, type, bytes],
    )
  const row = yield* first<ListingRow>(
    'UPDATE listings SET thumbnails = $2, pictures = $3 WHERE number = $1 RETURNING *',
    ...[number, thumbnails.length, JSON.stringify(thumbnails.map(nameOf))],
  )
  return toListing(row!)
}

function* removeTorrent(listing: number): Steps<void> {
  yield* all('DELETE FROM listing_torrents WHERE listing = $1', listing)
  yield* all('UPDATE listings SET has_torrent = 0 WHERE number = $1', listing)
}

/** Indexes all listings: an archive does not contain the index. */
export async function indexAll(database: Database): Promise<void> {
  for (let last = 0; ; ) {
    const after = last
    const rows = await database.write(function* () {
      const rows = yield* all<ListingRow>(
        'SELECT * FROM listings WHERE number > $1 ORDER BY number LIMIT 200',
        after,
      )
      yield* index(rows)
      return rows
    })
    if (rows.length === 0) return
    last = rows.at(-1)!.number
  }
}

function* index(rows: readonly ListingRow[]): Steps<void> {
  yield* each(
    PUT_WORDS,
    rows.map(row => {
      const { title, category, description } = row
      return [
        row.number,
        listingWords([title, description], category, JSON.parse(row.tags) as string[]).join(' '),
      ]
    }),
  )
}

export function* findListing(id: string, lock: '' | 'FOR UPDATE' = ''): Steps<ListingRow> {
  checkText('id', id, 1, 64)
  const row = yield* first<ListingRow>(`SELECT * FROM listings WHERE id = $1 ${lock}`, id)
  if (!row) throw new StoreError('not-found', 'This listing does not exist, or has been removed')
  return row
}

function checkListing(text: ListingText): void {
  const { title, link, category, tags, description, sizeBytes, fileCount } = text
  checkText('title', title, 1, MAX_TITLE_BYTES)
  checkText('link', link, 1, MAX_LINK_BYTES)
  checkLabel('category', category, MAX_CATEGORY_BYTES)
  checkCount('tags', tags, 0, MAX_TAGS)
  for (const tag of tags) checkLabel('tags', tag, MAX_TAG_BYTES)
  checkText('description', description, 0, MAX_DESCRIPTION_BYTES)
  checkInteger('sizeBytes', sizeBytes)
  if (fileCount !== null) checkInteger('fileCount', fileCount, 1, MAX_FILES)
}

function checkLabel(name: string, label: string, max: number): void {
  checkText(name, label, 1, max)
  if (!/[\p{L}\p{N}]/u.test(label)) throw bad(name, 'text with a letter or digit')
}

function toListing(row: ListingRow): Listing {
  const { number, id, author, title, link, category, description, hidden, comments } = row
  return {
    ...{ number, id, author, title, link, category, description, hidden, comments },
    tags: JSON.parse(row.tags) as string[],
    thumbnails: JSON.parse(row.pictures) as string[],
    hasTorrent: row.has_torrent === 1,
    sizeBytes: row.size,
    fileCount: row.files === 0 ? null : row.files,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  }
}
