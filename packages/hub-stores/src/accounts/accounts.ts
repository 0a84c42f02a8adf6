/** The accounts of a hub: people by their DID, with a role and a state. */
import { checkCount, checkInteger } from '../checks.ts'
import { all, type Database, first, type PerDatabase } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import {
  type Account,
  type AccountRow,
  type AccountState,
  changeAccount,
  checkChanges,
  checkDid,
  checkState,
  findAccount,
  type Role,
  toAccount,
} from './account.ts'
import { redeem } from './invitations.ts'

const MAX_PAGE = 1000

export interface NewAccount {
  readonly did: string
  readonly name?: string
  /** Default: `member`, or the role of the invitation. */
  readonly role?: Role
  /** Default: `active`. */
  readonly state?: AccountState
  /** Secret of an invitation, one use of which is consumed in the same transaction. */
  readonly invitation?: string
}

const NAMES: PerDatabase = {
  sqlite: 'SELECT did, name FROM accounts WHERE did IN (SELECT value FROM json_each($1))',
  postgres: 'SELECT did, name FROM accounts WHERE did IN (SELECT json_array_elements_text($1::json))',
}

export class Accounts {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Creates an account. Rejects with `exists`, `bad-argument`, and `refused` if the invitation is
   * unknown, expired or used up. The caller decides whether an invitation is required.
   */
  async create({ did, name = '', role, state = 'active', invitation }: NewAccount): Promise<Account> {
    checkDid(did)
    checkChanges({ name, state, ...(role && { role }) })
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const invited = invitation === undefined ? null : yield* redeem(invitation, nowMs)
      const row = yield* first<AccountRow>(
        `INSERT INTO accounts (did, name, role, state, created_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (did) DO NOTHING RETURNING *`,
        ...[did, name, role ?? invited ?? 'member', state, nowMs],
      )
      if (!row) throw new StoreError('exists', 'This DID has an account: log in instead')
      return toAccount(row)
    })
  }

  /** Returns the account of a DID. Rejects with `not-found`. */
  async get(did: string): Promise<Account> {
    checkDid(did)
    return this.#database.read(function* () {
      return toAccount(yield* findAccount(did))
    })
  }

  /**
   * Lists up to `limit` accounts (1 to 1,000) in order of creation. `after`: the last DID of the
   * previous page.
   */
  async list({
    after,
    state,
    limit = 100,
  }: {
    after?: string
    state?: AccountState
    limit?: number
  } = {}): Promise<readonly Account[]> {
    checkInteger('limit', limit, 1, MAX_PAGE)
    if (after !== undefined) checkDid(after)
    if (state !== undefined) checkChanges({ state })
    return this.#database.read(function* () {
      const start = after === undefined ? 0 : (yield* findAccount(after)).number
      const rows = yield* all<AccountRow>(
        "SELECT * FROM accounts WHERE number > $1 AND ($2 = '' OR state = $2) ORDER BY number LIMIT $3",
        ...[start, state ?? '', limit],
      )
      return rows.map(toAccount)
    })
  }

  /**
   * Changes members of an account. Ends all its sessions unless it is active afterwards. Rejects
   * with `not-found`, `bad-argument`, and `refused` if the hub would lose its last admin.
   */
  async change(did: string, changes: Partial<Pick<Account, 'name' | 'role' | 'state'>>): Promise<Account> {
    checkDid(did)
    checkChanges(changes)
    return this.#database.write(() => changeAccount(did, changes))
  }

  /** Activates a waiting account. Rejects with `not-found`, and `refused` if it is not waiting. */
  async approve(did: string): Promise<Account> {
    checkDid(did)
    return this.#database.write(function* () {
      checkState(yield* findAccount(did, 'FOR UPDATE'), 'waiting')
      return yield* changeAccount(did, { state: 'active' })
    })
  }

  /** Returns the number of accounts in a state. */
  async count(state: AccountState): Promise<number> {
    checkChanges({ state })
    const row = await this.#database.read(() =>
      first<{ count: number }>('SELECT count(*) AS count FROM accounts WHERE state = $1', state),
    )
    return row!.count
  }

  /** Returns the names of up to 1,000 accounts by DID. Omits DIDs without an account. */
  async names(dids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    checkCount('dids', dids, 0, MAX_PAGE)
    if (dids.length === 0) return new Map()
    const rows = await this.#database.read(() =>
      all<{ did: string; name: string }>(NAMES, JSON.stringify(dids)),
    )
    return new Map(rows.map(({ did, name }) => [did, name]))
  }
}
