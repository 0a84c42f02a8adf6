/** The accounts of a hub: people by their DID, with a role and a state. */
import { checkInteger } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import {
  type Account,
  type AccountRow,
  type AccountState,
  checkChanges,
  checkDid,
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
  /** The secret of an invitation, which is used up by one in the same transaction. */
  readonly invitation?: string
}

/** Tables with rows of accounts, in the order in which they are deleted. */
const OWNED = ['sessions', 'passkeys', 'device_lists', 'devices', 'tracker_keys'] as const

export class Accounts {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Creates an account. Rejects with `exists`, `bad-argument`, and `refused` if the invitation is unknown, expired or used up. Whether accounts need one is for the caller
   * to decide.
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

  /** Lists accounts by the order of their creation, up to `limit` (1 to 1,000). `after`: the last DID of the list before. */
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

  /** Changes members of an account. Unless it is active afterwards, all its sessions end. Rejects with `not-found`, `bad-argument`. */
  async change(did: string, changes: Partial<Pick<Account, 'name' | 'role' | 'state'>>): Promise<Account> {
    checkDid(did)
    checkChanges(changes)
    return this.#database.write(function* () {
      const row = yield* findAccount(did, 'FOR UPDATE')
      const { name, role, state } = { ...row, ...changes }
      yield* all(
        'UPDATE accounts SET name = $2, role = $3, state = $4 WHERE number = $1',
        row.number,
        name,
        role,
        state,
      )
      if (state !== 'active') yield* all('DELETE FROM sessions WHERE account = $1', row.number)
      return toAccount({ ...row, name, role, state })
    })
  }

  /** Deletes an account with its sessions, passkeys, device lists and totals. The audit log stays. Returns false if there was none. */
  async remove(did: string): Promise<boolean> {
    checkDid(did)
    return this.#database.write(function* () {
      const row = yield* first<AccountRow>('SELECT * FROM accounts WHERE did = $1 FOR UPDATE', did)
      if (!row) return false
      for (const table of OWNED) yield* all(`DELETE FROM ${table} WHERE account = $1`, row.number)
      yield* all('DELETE FROM accounts WHERE number = $1', row.number)
      return true
    })
  }
}
