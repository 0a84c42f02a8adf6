/**
 * Slow mode: the minimum time between a member's posts, for everyone or for one member. It applies
 * across all processes.
 */
import { checkDid, findAccount } from '../accounts/account.ts'
import { checkInteger } from '../checks.ts'
import { all, type Database, first, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

const MAX_SLOW_MS = 86_400_000
const EVERYBODY = 'slow-mode-ms'

export interface SlowMode {
  /** Milliseconds, 0 for none. */
  readonly everybodyMs: number
  /** Interval of one member. The longer of the two counts. */
  readonly memberMs: number
}

interface PostingRow {
  readonly slow_ms: number
  readonly posted_ms: number
}

export class Posting {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Records that a member posts now. Rejects with `too-soon` in slow mode, and `not-found`. */
  async note(did: string): Promise<void> {
    checkDid(did)
    const nowMs = this.#now()
    await this.#database.write(function* () {
      const { number } = yield* findAccount(did, 'FOR UPDATE')
      const { everybodyMs, memberMs, postedMs } = yield* slowModeOf(number)
      const waitMs = Math.max(everybodyMs, memberMs) - Math.abs(nowMs - postedMs)
      // A post in the future comes from a clock that was set back, or from another process.
      if (waitMs > 0)
        throw new StoreError('too-soon', `Slow mode: post again in ${Math.ceil(waitMs / 1000)} seconds`)
      yield* put(number, { slow_ms: memberMs, posted_ms: nowMs })
    })
  }

  /** Returns the intervals that apply to a member. Rejects with `not-found`. */
  async slowMode(did: string): Promise<SlowMode> {
    checkDid(did)
    return this.#database.read(function* () {
      const { everybodyMs, memberMs } = yield* slowModeOf((yield* findAccount(did)).number)
      return { everybodyMs, memberMs }
    })
  }

  /**
   * Sets the interval of a member, or of everyone (null), up to a day. Rejects with `not-found`,
   * `bad-argument`.
   */
  async setSlowMode(did: string | null, slowMs: number): Promise<void> {
    if (did !== null) checkDid(did)
    checkInteger('slowMs', slowMs, 0, MAX_SLOW_MS)
    await this.#database.write(function* () {
      if (did === null)
        return yield* all(
          'INSERT INTO properties (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          ...[EVERYBODY, Buffer.from(String(slowMs))],
        )
      const { number } = yield* findAccount(did, 'FOR UPDATE')
      const { postedMs } = yield* slowModeOf(number)
      return yield* put(number, { slow_ms: slowMs, posted_ms: postedMs })
    })
  }
}

function* slowModeOf(account: number): Steps<SlowMode & { readonly postedMs: number }> {
  const row = yield* first<PostingRow>('SELECT * FROM posting WHERE account = $1', account)
  const setting = yield* first<{ value: Uint8Array }>(
    'SELECT value FROM properties WHERE name = $1',
    EVERYBODY,
  )
  return {
    everybodyMs: setting ? Number(Buffer.from(setting.value).toString()) : 0,
    memberMs: row?.slow_ms ?? 0,
    postedMs: row?.posted_ms ?? 0,
  }
}

function* put(account: number, { slow_ms, posted_ms }: PostingRow): Steps<object[]> {
  return yield* all(
    `INSERT INTO posting (account, slow_ms, posted_ms) VALUES ($1, $2, $3)
    ON CONFLICT (account) DO UPDATE SET slow_ms = excluded.slow_ms, posted_ms = excluded.posted_ms`,
    ...[account, slow_ms, posted_ms],
  )
}
