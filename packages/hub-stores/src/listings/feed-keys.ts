/** Read-only keys of accounts for feed readers. The store keeps only their hashes. */

import { checkDid, findAccount } from '../accounts/account.ts'
import { hashSecret, newSecret } from '../accounts/secrets.ts'
import { all, type Database, first } from '../database/database.ts'

const SECRET_BYTES = 16

export class FeedKeys {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Gives an account a new key, 22 characters, which is shown once, and invalidates the previous
   * one. Rejects with `not-found`.
   */
  async renew(did: string): Promise<string> {
    checkDid(did)
    const { secret, hash } = newSecret(SECRET_BYTES)
    const nowMs = this.#now()
    await this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      yield* all(
        `INSERT INTO feed_keys (account, hash, renewed_ms) VALUES ($1, $2, $3)
        ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, renewed_ms = excluded.renewed_ms`,
        ...[number, hash, nowMs],
      )
    })
    return secret
  }

  /**
   * Returns the creation time of an account's key, or null if it has none. Rejects with `not-found`
   * if there is no such account.
   */
  async renewedMs(did: string): Promise<number | null> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const row = yield* first<{ renewed_ms: number }>(
        'SELECT renewed_ms FROM feed_keys WHERE account = $1',
        number,
      )
      return row?.renewed_ms ?? null
    })
  }

  /**
   * Invalidates an account's key. Returns false if it has none. Rejects with `not-found` for an
   * unknown account.
   */
  async remove(did: string): Promise<boolean> {
    checkDid(did)
    return this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      return (yield* all('DELETE FROM feed_keys WHERE account = $1 RETURNING account', number)).length > 0
    })
  }

  /** Returns the DID of the active account with this key, or null. */
  async find(key: string): Promise<string | null> {
    const row = await this.#database.read(() =>
      first<{ did: string }>(
        `SELECT did FROM feed_keys JOIN accounts ON accounts.number = feed_keys.account
        WHERE hash = $1 AND state = 'active'`,
        hashSecret(key),
      ),
    )
    return row?.did ?? null
  }
}
