/** Answered login challenges, so that none is accepted twice, by whichever process. */
import { createHash } from 'node:crypto'
import { checkInteger } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'

export class UsedChallenges {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Uses a challenge once the caller has validated the login, so that strangers cannot fill the
   * table. Returns false if it was used before. `expiresMs`: time after which it can be forgotten.
   * Rejects with `bad-argument`.
   */
  async use(nonce: string, expiresMs: number): Promise<boolean> {
    checkInteger('expiresMs', expiresMs)
    const hash = new Uint8Array(createHash('sha256').update(nonce).digest())
    const nowMs = this.#now()
    return this.#database.write(function* () {
      yield* all('DELETE FROM used_challenges WHERE expires_ms <= $1', nowMs)
      const used = yield* first(
        'INSERT INTO used_challenges (hash, expires_ms) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING RETURNING expires_ms',
        ...[hash, expiresMs],
      )
      return used !== undefined
    })
  }
}
