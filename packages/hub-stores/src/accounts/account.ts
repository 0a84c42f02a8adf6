/** An account of a hub, and its row. */
import { bad, checkText } from '../checks.ts'
import { all, first, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

const ROLES = ['member', 'moderator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** `waiting`: to be approved. `banned`: it has no sessions, and cannot get any. */
const ACCOUNT_STATES = ['active', 'waiting', 'banned'] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

const MAX_DID_BYTES = 256
const MAX_NAME_BYTES = 64

export interface Account {
  /** At most 256 bytes. */
  readonly did: string
  /** Display name; empty, or up to 64 bytes of UTF-8. Not unique. */
  readonly name: string
  readonly role: Role
  readonly state: AccountState
  /** Milliseconds since the Unix epoch. */
  readonly createdMs: number
}

export interface AccountRow {
  readonly number: number
  readonly did: string
  readonly name: string
  readonly role: Role
  readonly state: AccountState
  readonly created_ms: number
}

export function* findAccount(did: string, lock: '' | 'FOR UPDATE' = ''): Steps<AccountRow> {
  const row = yield* first<AccountRow>(`SELECT * FROM accounts WHERE did = $1 ${lock}`, did)
  if (!row) throw new StoreError('not-found', 'This DID does not have an account')
  return row
}

/** Throws `refused` if an account is in another state. */
export function checkState({ state }: Pick<AccountRow, 'state'>, expected: AccountState): void {
  if (state !== expected)
    throw new StoreError('refused', `This account is ${state}, not ${expected}`, { field: 'did' })
}

/**
 * Throws `refused` if this account is the only active admin and would cease to be one. Locks all
 * admins, so that two of them cannot remove each other.
 */
export function* keepAdmin(did: string, role: Role, state: AccountState): Steps<void> {
  if (role === 'admin' && state === 'active') return
  const admins = yield* all<{ did: string }>(
    "SELECT did FROM accounts WHERE role = 'admin' AND state = 'active' ORDER BY number FOR UPDATE",
  )
  if (admins.length === 1 && admins[0]!.did === did)
    throw new StoreError('refused', 'This is the only admin of the hub: make another member an admin first')
}

/**
 * Changes members of an account. Ends all its sessions unless it is active afterwards. Throws
 * `not-found`, `refused` if it is the last admin.
 */
export function* changeAccount(
  did: string,
  changes: Partial<Pick<Account, 'name' | 'role' | 'state'>>,
): Steps<Account> {
  if (changes.role !== undefined || changes.state !== undefined)
    yield* keepAdmin(did, changes.role ?? 'admin', changes.state ?? 'active')
  const row = yield* findAccount(did, 'FOR UPDATE')
  const { name, role, state } = { ...row, ...changes }
  yield* all(
    'UPDATE accounts SET name = $2, role = $3, state = $4 WHERE number = $1',
    ...[row.number, name, role, state],
  )
  if (state !== 'active') yield* all('DELETE FROM sessions WHERE account = $1', row.number)
  return toAccount({ ...row, name, role, state })
}

export function toAccount({ did, name, role, state, created_ms }: AccountRow): Account {
  return { did, name, role, state, createdMs: created_ms }
}

export function checkDid(did: string): void {
  checkText('did', did, 5, MAX_DID_BYTES)
  if (!did.startsWith('did:')) throw bad('did', 'a DID')
}

export function checkRole(role: Role): void {
  if (!ROLES.includes(role)) throw bad('role', ROLES.join(', '))
}

export function checkChanges({ name, role, state }: Partial<Pick<Account, 'name' | 'role' | 'state'>>): void {
  if (name !== undefined) checkText('name', name, 0, MAX_NAME_BYTES)
  if (role !== undefined) checkRole(role)
  if (state !== undefined && !ACCOUNT_STATES.includes(state)) throw bad('state', ACCOUNT_STATES.join(', '))
}
