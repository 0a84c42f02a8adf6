/** Comments on listings, oldest first. */
import { checkDid } from '../accounts/account.ts'
import { newId } from '../accounts/secrets.ts'
import { checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import { findListing } from './listings.ts'

/** Most comments per listing. */
const MAX_COMMENTS = 10_000
const MAX_TEXT_BYTES = 8192
const MAX_REASON_BYTES = 1024
const MAX_PAGE = 200
const MAX_ID_BYTES = 64

export interface Comment {
  readonly id: string
  /** Position for paging: for `after`. */
  readonly number: number
  /** DID of the author. */
  readonly author: string
  /** Markdown as written by its author; clients have to sanitize it. 1 to 8,192 bytes. */
  readonly text: string
  readonly createdMs: number
  /** Null if it was never changed. */
  readonly changedMs: number | null
  /** Reason given by the moderators who hid it; null if it is visible to everyone. */
  readonly hidden: string | null
}

interface CommentRow extends Omit<Comment, 'createdMs' | 'changedMs'> {
  readonly listing: number
  readonly created_ms: number
  readonly changed_ms: number | null
}

export class Comments {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Adds a comment to a listing. Rejects with `not-found`, `bad-argument`, `full` (a listing has
   * 10,000).
   */
  async add(listing: string, author: string, text: string): Promise<Comment> {
    checkDid(author)
    checkText('text', text, 1, MAX_TEXT_BYTES)
    const nowMs = this.#now()
    const id = newId()
    return this.#database.write(function* () {
      const { number, comments } = yield* findListing(listing, 'FOR UPDATE')
      if (comments >= MAX_COMMENTS)
        throw new StoreError('full', `A listing has at most ${MAX_COMMENTS} comments`)
      yield* all('UPDATE listings SET comments = comments + 1 WHERE number = $1', number)
      const row = yield* first<CommentRow>(
        'INSERT INTO comments (id, listing, author, text, created_ms) VALUES ($1, $2, $3, $4, $5) RETURNING *',
        ...[id, number, author, text, nowMs],
      )
      return toComment(row!)
    })
  }

  /** Returns a comment, hidden or not, and the id of its listing. Rejects with `not-found`. */
  async get(id: string): Promise<{ readonly comment: Comment; readonly listing: string }> {
    checkText('id', id, 1, MAX_ID_BYTES)
    const row = await this.#database.read(() =>
      first<CommentRow & { listing_id: string }>(
        'SELECT comments.*, listings.id AS listing_id FROM comments JOIN listings ON listings.number = comments.listing WHERE comments.id = $1',
        id,
      ),
    )
    if (!row) throw noComment()
    return { comment: toComment(row), listing: row.listing_id }
  }

  /** Changes the text of a comment. Rejects with `not-found`, `bad-argument`. */
  async change(id: string, text: string): Promise<Comment> {
    checkText('text', text, 1, MAX_TEXT_BYTES)
    const nowMs = this.#now()
    const row = await this.#database.write(() =>
      first<CommentRow>(
        'UPDATE comments SET text = $2, changed_ms = $3 WHERE id = $1 RETURNING *',
        ...[id, text, nowMs],
      ),
    )
    if (!row) throw noComment()
    return toComment(row)
  }

  /**
   * Lists up to `limit` comments of a listing (1 to 200), oldest first. `after`: the last number of
   * the previous page. `viewer`: includes the hidden ones of this DID. Rejects with `not-found`.
   */
  async list(
    listing: string,
    {
      after = 0,
      limit = 50,
      withHidden = false,
      viewer = '',
    }: { after?: number; limit?: number; withHidden?: boolean; viewer?: string } = {},
  ): Promise<readonly Comment[]> {
    checkInteger('after', after)
    checkInteger('limit', limit, 1, MAX_PAGE)
    return this.#database.read(function* () {
      const { number } = yield* findListing(listing)
      const rows = yield* all<CommentRow>(
        `SELECT * FROM comments WHERE listing = $1 AND number > $2 AND (hidden IS NULL OR $3 = 1 OR author = $5)
        ORDER BY number LIMIT $4`,
        ...[number, after, Number(withHidden), limit, viewer],
      )
      return rows.map(toComment)
    })
  }

  /**
   * Hides a comment, with a reason of 1 to 1,024 bytes, or shows it again (null). Rejects with
   * `not-found`, `bad-argument`.
   */
  async hide(id: string, reason: string | null): Promise<Comment> {
    if (reason !== null) checkText('reason', reason, 1, MAX_REASON_BYTES)
    const row = await this.#database.write(() =>
      first<CommentRow>('UPDATE comments SET hidden = $2 WHERE id = $1 RETURNING *', id, reason),
    )
    if (!row) throw noComment()
    return toComment(row)
  }

  /** Removes a comment. Returns false if there was none. */
  async remove(id: string): Promise<boolean> {
    return this.#database.write(function* () {
      const row = yield* first<CommentRow>('DELETE FROM comments WHERE id = $1 RETURNING *', id)
      if (!row) return false
      yield* all('UPDATE listings SET comments = comments - 1 WHERE number = $1', row.listing)
      return true
    })
  }
}

function noComment(): StoreError {
  return new StoreError('not-found', 'This comment does not exist, or has been removed')
}

function toComment({ id, number, author, text, created_ms, changed_ms, hidden }: CommentRow): Comment {
  return { id, number, author, text, createdMs: created_ms, changedMs: changed_ms, hidden }
}
