/** The key with which an account's client announces to the private tracker, and what it uploaded and downloaded. The store keeps only the hash of the key. */
import { checkCount, checkInteger } from '../checks.ts'
import { all, type Database, each, first, type PerDatabase } from '../database/database.ts'
import { checkDid, findAccount } from './account.ts'
import { hashSecret, newSecret } from './secrets.ts'

const SECRET_BYTES = 16
/** Most accounts of one call of `add`. */
export const MAX_TRAFFIC = 10_000
/** Most bytes that one call of `add` counts for an account: more is a lie of its client. */
const MAX_ADDED_BYTES = 2 ** 50

export interface Traffic {
  readonly uploadedBytes: number
  readonly downloadedBytes: number
}

const ADD: PerDatabase = {
  sqlite: `UPDATE tracker_keys SET uploaded = uploaded + $2, downloaded = downloaded + $3
    WHERE account = (SELECT number FROM accounts WHERE did = $1)`,
  postgres: `UPDATE tracker_keys SET uploaded = uploaded + given.up, downloaded = downloaded + given.down
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (did, up, down) JOIN accounts ON accounts.did = given.did
    WHERE tracker_keys.account = accounts.number`,
}
export class TrackerKeys {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Gives an account a new key, 22 characters, which is shown once; the one before is void. Totals stay. Rejects with `not-found`. */
  async renew(did: string): Promise<string> {
    checkDid(did)
    const { secret, hash } = newSecret(SECRET_BYTES)
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

  /** Returns the DID of the active account with this key, or null. */
  async find(key: string): Promise<string | null> {
    const row = await this.#database.read(() =>
      first<{ did: string }>(
        `SELECT did FROM tracker_keys JOIN accounts ON accounts.number = tracker_keys.account
        WHERE hash = $1 AND state = 'active'`,
        hashSecret(key),
      ),
    )
    return row?.did ?? null
  }

  /** Returns the totals of an account. Rejects with `not-found` if there is no such account. */
  async totals(did: string): Promise<Traffic> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const row = yield* first<{ uploaded: number; downloaded: number }>(
        'SELECT uploaded, downloaded FROM tracker_keys WHERE account = $1',
        number,
      )
      return { uploadedBytes: row?.uploaded ?? 0, downloadedBytes: row?.downloaded ?? 0 }
    })
  }

  /** Adds to the totals of up to 10,000 accounts, each once. Those without an account or a key are left out. Rejects with `bad-argument`. */
  async add(traffic: ReadonlyMap<string, Traffic>): Promise<void> {
    const rows = Array.from(traffic, ([did, { uploadedBytes, downloadedBytes }]) => {
      checkDid(did)
      checkInteger('uploadedBytes', uploadedBytes, 0, MAX_ADDED_BYTES)
      checkInteger('downloadedBytes', downloadedBytes, 0, MAX_ADDED_BYTES)
      return [did, uploadedBytes, downloadedBytes] as const
    })
    checkCount('traffic', rows, 0, MAX_TRAFFIC)
    await this.#database.write(() => each(ADD, rows))
  }
}
