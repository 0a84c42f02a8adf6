/** An account of a hub, and its row. */
import { bad, checkText } from '../checks.ts'
import { first, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

export const ROLES = ['member', 'moderator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** `waiting`: somebody has to approve it. `banned`: it has no sessions and gets none. */
export const ACCOUNT_STATES = ['active', 'waiting', 'banned'] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

const MAX_DID_BYTES = 256
const MAX_NAME_BYTES = 64

export interface Account {
  /** At most 256 bytes. */
  readonly did: string
  /** As the person wants to be called; empty, or up to 64 bytes of UTF-8. Not unique. */
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
