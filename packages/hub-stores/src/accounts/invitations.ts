/**
 * Invitations to a hub, for one or several accounts, until they expire. The store keeps only their
 * hash.
 */
import { checkInteger, checkText } from '../checks.ts'
import { all, type Database, first, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import { checkRole, type Role } from './account.ts'
import { hashSecret, newId, newSecret } from './secrets.ts'

/** Most usable invitations. */
const MAX_INVITATIONS = 10_000
const MAX_USES = 10_000
const MAX_NOTE_BYTES = 256
const SECRET_BYTES = 16

export interface Invitation {
  /** Identifies the invitation in lists; not secret. */
  readonly id: string
  /** Role of accounts created with it. */
  readonly role: Role
  /** Number of accounts that can still be created with it. */
  readonly uses: number
  /** DID of its author. */
  readonly by: string
  /** At most 256 bytes. */
  readonly note: string
  readonly createdMs: number
  readonly expiresMs: number
}

interface InvitationRow {
  readonly id: string
  readonly role: Role
  readonly uses: number
  readonly author: string
  readonly note: string
  readonly created_ms: number
  readonly expires_ms: number
}

export class Invitations {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Creates an invitation. `uses`: 1 to 10,000, default 1. Returns its secret, 22 characters, which
   * is shown once. Rejects with `bad-argument`, `full`.
   */
  async create(invitation: {
    readonly by: string
    readonly lifeMs: number
    readonly uses?: number
    readonly role?: Role
    readonly note?: string
  }): Promise<{ readonly secret: string; readonly invitation: Invitation }> {
    const { by, lifeMs, uses = 1, role = 'member', note = '' } = invitation
    checkText('by', by, 1, MAX_NOTE_BYTES)
    checkInteger('lifeMs', lifeMs, 1)
    checkInteger('uses', uses, 1, MAX_USES)
    checkRole(role)
    checkText('note', note, 0, MAX_NOTE_BYTES)
    const nowMs = this.#now()
    const { secret, hash } = newSecret(SECRET_BYTES)
    const id = newId()
    return this.#database.write(function* () {
      yield* all('DELETE FROM invitations WHERE expires_ms <= $1 OR uses = 0', nowMs)
      const [found] = yield* all<{ count: number }>('SELECT count(*) AS count FROM invitations')
      if (found!.count >= MAX_INVITATIONS)
        throw new StoreError('full', 'There are too many invitations: revoke some')
      const row = yield* first<InvitationRow>(
        `INSERT INTO invitations (hash, id, role, uses, author, note, created_ms, expires_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
        ...[hash, id, role, uses, by, note, nowMs, nowMs + lifeMs],
      )
      return { secret, invitation: toInvitation(row!) }
    })
  }

  /** Lists the usable invitations, the newest first. `by`: only those of this author. */
  async list(by?: string): Promise<readonly Invitation[]> {
    const nowMs = this.#now()
    const rows = await this.#database.read(() =>
      all<InvitationRow>(
        `SELECT * FROM invitations WHERE expires_ms > $1 AND uses > 0 AND ($2 = '' OR author = $2)
        ORDER BY created_ms DESC, id LIMIT ${MAX_INVITATIONS}`,
        ...[nowMs, by ?? ''],
      ),
    )
    return rows.map(toInvitation)
  }

  /** Returns a usable invitation by its secret, without using it; otherwise null. */
  async check(secret: string): Promise<Invitation | null> {
    const nowMs = this.#now()
    const row = await this.#database.read(() =>
      first<InvitationRow>(
        'SELECT * FROM invitations WHERE hash = $1 AND expires_ms > $2 AND uses > 0',
        ...[hashSecret(secret), nowMs],
      ),
    )
    return row ? toInvitation(row) : null
  }

  /** Revokes an invitation. Returns false if there was none with this id. */
  async revoke(id: string): Promise<boolean> {
    const removed = await this.#database.write(() =>
      all('DELETE FROM invitations WHERE id = $1 RETURNING id', id),
    )
    return removed.length > 0
  }
}

/** Consumes one use of an invitation. Returns its role. Throws `refused`. */
export function* redeem(secret: string, nowMs: number): Steps<Role> {
  const row = yield* first<{ role: Role }>(
    'UPDATE invitations SET uses = uses - 1 WHERE hash = $1 AND uses > 0 AND expires_ms > $2 RETURNING role',
    ...[hashSecret(secret), nowMs],
  )
  if (!row) throw new StoreError('refused', 'This invitation is unknown, expired or used up: ask for another')
  return row.role
}

function toInvitation({ id, role, uses, author, note, created_ms, expires_ms }: InvitationRow): Invitation {
  return { id, role, uses, by: author, note, createdMs: created_ms, expiresMs: expires_ms }
}
