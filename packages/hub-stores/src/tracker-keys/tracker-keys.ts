/** Keys with which accounts' clients announce to the tracker. The store keeps only their hashes. */

import { checkDid, findAccount } from '../accounts/account.ts'
import { hashSecret, newSecret } from '../accounts/secrets.ts'
import { checkCount, checkInteger } from '../checks.ts'
import { all, type Database, each, first, type PerDatabase } from '../database/database.ts'
import { countTraffic, type Traffic, type TrafficReport } from './tracker-traffic.ts'

const SECRET_BYTES = 16
const MAX_PAGE = 1000

const FIND: PerDatabase = {
  sqlite: `SELECT $1 AS place, did FROM tracker_keys JOIN accounts ON accounts.number = tracker_keys.account
    WHERE hash = $2 AND state = 'active'`,
  postgres: `SELECT place, did FROM unnest($1::bigint[], $2::bytea[]) AS given (place, hash)
    JOIN tracker_keys ON tracker_keys.hash = given.hash JOIN accounts ON accounts.number = tracker_keys.account
    WHERE state = 'active'`,
}

export interface AccountTraffic extends Traffic {
  readonly did: string
  readonly name: string
}

export interface TorrentTraffic extends Traffic {
  /** The info hash, or the first 20 bytes of a v2 info hash. */
  readonly torrent: Uint8Array
}

interface TrafficRow {
  readonly uploaded: number
  readonly downloaded: number
}

export class TrackerKeys {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Gives an account a new key, 32 hexadecimal digits, which clients and trackers accept in a path.
   * It is shown once, and invalidates the previous one. Totals stay. Rejects with `not-found`.
   */
  async renew(did: string): Promise<string> {
    checkDid(did)
    const { secret, hash } = newSecret(SECRET_BYTES, 'hex')
    await this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      yield* all(
        `INSERT INTO tracker_keys (account, hash, uploaded, downloaded) VALUES ($1, $2, 0, 0)
        ON CONFLICT (account) DO UPDATE SET hash = excluded.hash`,
        ...[number, hash],
      )
    })
    return secret
  }

  /**
   * Returns the DIDs of the active accounts with these keys, up to 1,000. Omits unknown keys.
   * Rejects with `bad-argument`.
   */
  async find(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    checkCount('keys', keys, 0, MAX_PAGE)
    const found = await this.#database.read(() =>
      each<{ place: number; did: string }>(
        FIND,
        keys.map((key, place) => [place, hashSecret(key)]),
      ),
    )
    return new Map(found.map(({ place, did }) => [keys[place]!, did]))
  }

  /**
   * Returns the totals of an account, or null if it has never had a key. Rejects with `not-found`
   * if there is no such account.
   */
  async totals(did: string): Promise<Traffic | null> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const row = yield* first<TrafficRow>(
        'SELECT uploaded, downloaded FROM tracker_keys WHERE account = $1',
        number,
      )
      return row ? toTraffic(row) : null
    })
  }

  /**
   * Lists up to `limit` torrents of an account (1 to 1,000), those with the most traffic first.
   * Rejects with `not-found`.
   */
  async torrents(did: string, limit = 100): Promise<readonly TorrentTraffic[]> {
    checkDid(did)
    checkInteger('limit', limit, 1, MAX_PAGE)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const rows = yield* all<TrafficRow & { torrent: Uint8Array }>(
        `SELECT torrent, uploaded, downloaded FROM tracker_torrents WHERE account = $1
        ORDER BY uploaded + downloaded DESC, torrent LIMIT $2`,
        ...[number, limit],
      )
      return rows.map(row => ({ torrent: row.torrent, ...toTraffic(row) }))
    })
  }

  /**
   * Lists the totals of up to `limit` accounts (1 to 1,000) that have had a key, in order of
   * creation. `after`: the last DID of the previous page.
   */
  async list({
    after,
    limit = 100,
  }: {
    after?: string
    limit?: number
  } = {}): Promise<readonly AccountTraffic[]> {
    checkInteger('limit', limit, 1, MAX_PAGE)
    if (after !== undefined) checkDid(after)
    return this.#database.read(function* () {
      const start = after === undefined ? 0 : (yield* findAccount(after)).number
      const rows = yield* all<TrafficRow & { did: string; name: string }>(
        `SELECT did, name, uploaded, downloaded FROM tracker_keys JOIN accounts ON accounts.number = tracker_keys.account
        WHERE account > $1 ORDER BY account LIMIT $2`,
        ...[start, limit],
      )
      return rows.map(row => ({ did: row.did, name: row.name, ...toTraffic(row) }))
    })
  }

  /**
   * Counts the reports of up to 1,000 peers, each once, and adds them to the totals of their
   * accounts and torrents. Skips those without an account or a key. Rejects with `bad-argument`.
   */
  count(reports: readonly TrafficReport[]): Promise<void> {
    return countTraffic(this.#database, reports, this.#now())
  }

  /** Forgets peers without a report since this time. A later report makes one a new peer. */
  async forgetPeers(beforeMs: number): Promise<void> {
    checkInteger('beforeMs', beforeMs)
    await this.#database.write(() => all('DELETE FROM tracker_peers WHERE at_ms < $1', beforeMs))
  }
}

function toTraffic({ uploaded, downloaded }: TrafficRow): Traffic {
  return { uploadedBytes: uploaded, downloadedBytes: downloaded }
}
