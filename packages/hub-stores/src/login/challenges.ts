/** The challenges of logins that were answered, so that none is accepted twice, whichever process is asked. */
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
   * Uses a challenge, which the caller has checked with all that belongs to it, so that strangers fill nothing. Returns false if it was used before. `expiresMs`: it need not be remembered
   * for longer. Rejects with `bad-argument`.
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
