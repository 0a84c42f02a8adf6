/** Everything that the stores have about a member: to take along, and to delete. */
import { all, type Database, type PerDatabase, type Steps } from '../database/database.ts'
import { type AccountState, checkChanges, checkDid, checkState, findAccount, keepAdmin } from './account.ts'

const ACCOUNT = '(SELECT number FROM accounts WHERE did = $1)'
const DEVICES = `(SELECT hash FROM devices WHERE account = ${ACCOUNT})`
const LISTINGS = '(SELECT number FROM listings WHERE author = $1)'

interface PersonalTable {
  readonly table: string
  /** Which rows are the member's; `$1` is the DID. */
  readonly where: string
  /** Columns of a unique index. */
  readonly key: string
  /** Columns that are not exported: hashes of secrets. */
  readonly secret?: readonly string[]
  /** Whether rows have megabytes. */
  readonly isLarge?: boolean
  /** Deleted with the account. Default: true. */
  readonly isDeleted?: boolean
}

/** The tables with rows about members, in the order in which rows are deleted. */
export const PERSONAL: readonly PersonalTable[] = [
  { table: 'inbox_entries', where: `device IN ${DEVICES}`, key: 'device, sequence' },
  { table: 'inboxes', where: `device IN ${DEVICES}`, key: 'device' },
  { table: 'cursors', where: `device IN ${DEVICES}`, key: 'device, room' },
  { table: 'comments', where: 'author = $1', key: 'number' },
  { table: 'thumbnails', where: `listing IN ${LISTINGS}`, key: 'listing, position', isLarge: true },
  { table: 'listing_torrents', where: `listing IN ${LISTINGS}`, key: 'listing', isLarge: true },
  { table: 'reports', where: 'reporter = $1', key: 'number' },
  { table: 'listings', where: 'author = $1', key: 'number' },
  { table: 'invitations', where: 'author = $1', key: 'id', secret: ['hash'] },
  { table: 'sessions', where: `account = ${ACCOUNT}`, key: 'id', secret: ['hash'] },
  { table: 'passkeys', where: `account = ${ACCOUNT}`, key: 'id' },
  { table: 'tracker_peers', where: `account = ${ACCOUNT}`, key: 'torrent, peer' },
  { table: 'tracker_torrents', where: `account = ${ACCOUNT}`, key: 'torrent' },
  { table: 'tracker_keys', where: `account = ${ACCOUNT}`, key: 'account', secret: ['hash'] },
  { table: 'feed_keys', where: `account = ${ACCOUNT}`, key: 'account', secret: ['hash'] },
  { table: 'bans', where: `account = ${ACCOUNT}`, key: 'account' },
  { table: 'posting', where: `account = ${ACCOUNT}`, key: 'account' },
  { table: 'key_packages', where: `account = ${ACCOUNT}`, key: 'number' },
  { table: 'key_package_uploads', where: `account = ${ACCOUNT}`, key: 'account, device' },
  { table: 'device_lists', where: `account = ${ACCOUNT}`, key: 'sequence' },
  { table: 'devices', where: `account = ${ACCOUNT}`, key: 'hash' },
  { table: 'accounts', where: 'did = $1', key: 'number' },
  {
    table: 'audit',
    where: "(actor = $1 OR subject IN ($1, 'member:' || $1))",
    key: 'number',
    isDeleted: false,
  },
]

/** The tables without rows about members, and why. */
export const IMPERSONAL: Readonly<Record<string, string>> = {
  properties: 'They are the hub’s own',
  rooms: 'A room is named by a hash of its creator',
  entries: 'The hub checks who posts, and does not keep it',
  key_package_takings: 'They are keyed hashes, and are deleted after a day',
  used_challenges: 'They are hashes of random numbers',
}

const WORDS: PerDatabase = {
  sqlite: `DELETE FROM listing_words WHERE rowid IN ${LISTINGS}`,
  postgres: `DELETE FROM listing_words WHERE number IN ${LISTINGS}`,
}

const ROWS_AT_ONCE = 100

export class MemberData {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Writes everything about a member as JSON: `{ "format", "did", "exportedMs", "tables": { "TABLE": [{ COLUMN: value }] } }`, bytes as `{"b": base 64}`. Hashes of secrets are left out. Others
   * may write meanwhile. Rejects with `not-found`.
   */
  async *export(did: string): AsyncGenerator<string> {
    checkDid(did)
    await this.#database.read(() => findAccount(did))
    const head = JSON.stringify({ format: 'shoal-hub-member/1', did, exportedMs: this.#now() })
    yield `${head.slice(0, -1)},"tables":{`
    for (const [at, personal] of PERSONAL.entries()) {
      yield `${at === 0 ? '' : ','}\n${JSON.stringify(personal.table)}:[`
      for await (const text of this.#rows(personal, did)) yield text
      yield ']'
    }
    yield '}}\n'
  }

  /**
   * Deletes everything about a member, in one transaction: also reports about them, what others wrote on their listings, and devices' inboxes. The audit log stays. Returns the number of
   * rows by table. `state`: only if the account is in it. Rejects with `not-found`, `refused` if it is the last admin or in another state.
   */
  async remove(
    did: string,
    { state }: { state?: AccountState } = {},
  ): Promise<Readonly<Record<string, number>>> {
    checkDid(did)
    if (state !== undefined) checkChanges({ state })
    return this.#database.write(() => removeMember(did, state))
  }

  async *#rows({ table, where, key, secret = [], isLarge = false }: PersonalTable, did: string) {
    const limit = isLarge ? 1 : ROWS_AT_ONCE
    for (let offset = 0; ; offset += limit) {
      const start = offset
      const rows = await this.#database.read(() =>
        all<Record<string, unknown>>(
          `SELECT * FROM ${table} WHERE ${where} ORDER BY ${key} LIMIT $2 OFFSET $3`,
          ...[did, limit, start],
        ),
      )
      for (const column of secret) for (const row of rows) delete row[column]
      if (rows.length > 0)
        yield `${start === 0 ? '' : ','}${rows.map(row => `\n${JSON.stringify(row, toJson)}`).join(',')}`
      if (rows.length < limit) return
    }
  }
}

function* removeMember(did: string, state: AccountState | undefined): Steps<Record<string, number>> {
  yield* keepAdmin(did, 'member', 'active')
  const account = yield* findAccount(did, 'FOR UPDATE')
  if (state !== undefined) checkState(account, state)
  const deleted: Record<string, number> = {}
  yield* all(
    `DELETE FROM reports WHERE subject = $2 OR subject IN (SELECT 'listing:' || id FROM listings WHERE author = $1)
    OR subject IN (SELECT 'comment:' || id FROM comments WHERE author = $1 OR listing IN ${LISTINGS})`,
    ...[did, `member:${did}`],
  )
  yield* all(
    `UPDATE listings SET comments = comments -
      (SELECT count(*) FROM comments WHERE comments.listing = listings.number AND comments.author = $1)
    WHERE number IN (SELECT listing FROM comments WHERE author = $1)`,
    did,
  )
  yield* all(WORDS, did)
  for (const { table, where, isDeleted = true } of PERSONAL) {
    if (!isDeleted) continue
    if (table === 'listings') yield* all(`DELETE FROM comments WHERE listing IN ${LISTINGS}`, did)
    deleted[table] = (yield* all(`DELETE FROM ${table} WHERE ${where} RETURNING 1 AS deleted`, did)).length
  }
  return deleted
}

function toJson(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value
}
