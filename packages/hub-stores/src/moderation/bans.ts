/**
 * Bans of accounts, with their reasons and ends. A banned account has no sessions and cannot get
 * any; its keys are not found.
 */

import { type AccountState, changeAccount, checkDid, findAccount } from '../accounts/account.ts'
import { checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

const MAX_REASON_BYTES = 1024
const MAX_PAGE = 200
/** Most bans that are lifted in one transaction. */
const MAX_ENDING = 500

export interface Ban {
  /** Increases with the age of the account: for `after`. */
  readonly number: number
  readonly did: string
  /** 1 to 1,024 bytes. */
  readonly reason: string
  /** DID of the moderator. */
  readonly by: string
  readonly bannedMs: number
  /** Null: permanent. */
  readonly untilMs: number | null
}

interface BanRow {
  readonly account: number
  readonly did: string
  readonly reason: string
  readonly author: string
  readonly state: AccountState
  readonly banned_ms: number
  readonly until_ms: number | null
}

const BANS = `SELECT bans.*, accounts.did AS did FROM bans JOIN accounts ON accounts.number = bans.account`

export class Bans {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Bans an account, or changes its ban, and ends its sessions. Rejects with `not-found`,
   * `bad-argument`.
   */
  async ban(did: string, { reason, by, untilMs }: Pick<Ban, 'reason' | 'by' | 'untilMs'>): Promise<Ban> {
    checkDid(did)
    checkText('reason', reason, 1, MAX_REASON_BYTES)
    checkDid(by)
    if (untilMs !== null) checkInteger('untilMs', untilMs)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const { number, state } = yield* findAccount(did, 'FOR UPDATE')
      yield* changeAccount(did, { state: 'banned' })
      yield* all(
        `INSERT INTO bans (account, reason, author, state, banned_ms, until_ms) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account) DO UPDATE SET reason = excluded.reason, author = excluded.author,
        banned_ms = excluded.banned_ms, until_ms = excluded.until_ms`,
        ...[number, reason, by, state === 'banned' ? 'active' : state, nowMs, untilMs],
      )
      return { number, did, reason, by, bannedMs: nowMs, untilMs }
    })
  }

  /**
   * Lifts a ban and restores the account. Returns false if it is not banned. Rejects with
   * `not-found` if there is no such account.
   */
  async end(did: string): Promise<boolean> {
    checkDid(did)
    return this.#database.write(function* () {
      const { number, state } = yield* findAccount(did, 'FOR UPDATE')
      const row = yield* first<BanRow>('DELETE FROM bans WHERE account = $1 RETURNING *', number)
      if (state === 'banned') yield* changeAccount(did, { state: row?.state ?? 'active' })
      return state === 'banned'
    })
  }

  /** Lifts expired bans. Returns the DIDs of their accounts. */
  async endExpired(): Promise<readonly string[]> {
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const rows = yield* all<BanRow>(
        `${BANS} WHERE until_ms <= $1 ORDER BY account LIMIT ${MAX_ENDING}`,
        nowMs,
      )
      for (const { account, did, state } of rows) {
        yield* all('DELETE FROM bans WHERE account = $1', account)
        yield* changeAccount(did, { state })
      }
      return rows.map(({ did }) => did)
    })
  }

  /** Returns the ban of an account. Rejects with `not-found` if it is not banned. */
  async get(did: string): Promise<Ban> {
    checkDid(did)
    const row = await this.#database.read(() => first<BanRow>(`${BANS} WHERE did = $1`, did))
    if (!row) throw new StoreError('not-found', 'This account is not banned')
    return toBan(row)
  }

  /**
   * Lists up to `limit` bans (1 to 200) in the order of the accounts. `after`: the last number of
   * the previous page.
   */
  async list({ after = 0, limit = 50 }: { after?: number; limit?: number } = {}): Promise<readonly Ban[]> {
    checkInteger('after', after)
    checkInteger('limit', limit, 1, MAX_PAGE)
    const rows = await this.#database.read(() =>
      all<BanRow>(`${BANS} WHERE account > $1 ORDER BY account LIMIT $2`, after, limit),
    )
    return rows.map(toBan)
  }
}

function toBan({ account, did, reason, author, banned_ms, until_ms }: BanRow): Ban {
  return { number: account, did, reason, by: author, bannedMs: banned_ms, untilMs: until_ms }
}
