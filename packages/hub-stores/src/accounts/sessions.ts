/**
 * Sessions of accounts. The store keeps only the hash of a session's secret, so that a copy of the
 * database does not grant access.
 */
import { checkBytes, checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { ignoreFullDisk, StoreError } from '../store-error.ts'
import { type Account, type AccountRow, checkDid, findAccount, toAccount } from './account.ts'
import { includes, newest } from './device-lists.ts'
import { hashSecret, newId, newSecret } from './secrets.ts'

/** Most sessions of an account: another one ends the least recently used. */
const MAX_SESSIONS = 100
const MAX_LABEL_BYTES = 256
const SECRET_BYTES = 32
/** Minimum interval between two writes of `seenMs`. */
const SEEN_STEP_MS = 60_000
/** Minimum extension of a session. */
const RENEW_STEP_MS = 86_400_000

export interface Session {
  /** Identifies the session in lists; not secret. */
  readonly id: string
  /** Hash of the device's description, or null for a login without one, such as with a passkey. */
  readonly device: Uint8Array | null
  /** Label by which the person recognizes the session. At most 256 bytes. */
  readonly label: string
  readonly createdMs: number
  /** To the minute. */
  readonly seenMs: number
  readonly expiresMs: number
}

interface SessionRow {
  readonly hash: Uint8Array
  readonly account: number
  readonly id: string
  readonly device: Uint8Array | null
  readonly label: string
  readonly session_ms: number
  readonly seen_ms: number
  readonly expires_ms: number
}

export class Sessions {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Starts a session of an account whose owner the caller has authenticated. `device` must be one
   * that the store has (`DeviceLists.putDevice`). Returns its secret, which is shown once. Rejects
   * with `not-found`, `bad-argument`, and `refused` if the account is not active or the device not
   * in its newest list.
   */
  async begin(
    did: string,
    { device = null, label, lifeMs }: { device?: Uint8Array | null; label: string; lifeMs: number },
  ): Promise<{ readonly secret: string; readonly session: Session }> {
    checkDid(did)
    if (device) checkBytes('device', device, 32)
    checkText('label', label, 0, MAX_LABEL_BYTES)
    checkInteger('lifeMs', lifeMs, 1)
    const nowMs = this.#now()
    const { secret, hash } = newSecret(SECRET_BYTES)
    const id = newId()
    return this.#database.write(function* () {
      const account = yield* findAccount(did, 'FOR UPDATE')
      if (account.state !== 'active') throw new StoreError('refused', `This account is ${account.state}`)
      if (device && !includes(yield* newest(account), device))
        throw new StoreError('refused', 'The newest device list does not contain this device')
      yield* all('DELETE FROM sessions WHERE account = $1 AND expires_ms <= $2', account.number, nowMs)
      yield* all(
        `DELETE FROM sessions WHERE hash IN (
          SELECT hash FROM sessions WHERE account = $1 ORDER BY seen_ms DESC, id LIMIT 1000000 OFFSET $2)`,
        ...[account.number, MAX_SESSIONS - 1],
      )
      const row = yield* first<SessionRow>(
        `INSERT INTO sessions (hash, account, id, device, label, session_ms, seen_ms, expires_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
        ...[hash, account.number, id, device, label, nowMs, nowMs, nowMs + lifeMs],
      )
      return { secret, session: toSession(row!) }
    })
  }

  /**
   * Returns the session of a secret and its account, or null if it is unknown, ended or expired, or
   * the account is not active.
   */
  async use(secret: string): Promise<{ readonly session: Session; readonly account: Account } | null> {
    const hash = hashSecret(secret)
    const nowMs = this.#now()
    const row = await this.#database.read(() =>
      first<SessionRow & AccountRow>(
        `SELECT sessions.*, accounts.* FROM sessions JOIN accounts ON accounts.number = sessions.account
        WHERE hash = $1 AND expires_ms > $2 AND state = 'active'`,
        ...[hash, nowMs],
      ),
    )
    if (!row) return null
    if (nowMs - row.seen_ms >= SEEN_STEP_MS)
      await this.#database
        .write(() => all('UPDATE sessions SET seen_ms = $2 WHERE hash = $1', hash, nowMs))
        .catch(ignoreFullDisk)
    return { session: toSession(row), account: toAccount(row) }
  }

  /**
   * Extends the session of a secret to `lifeMs` from now, but at most `mostMs` from its start.
   * Returns it if it changed, which happens once a day at most; otherwise null. Rejects with
   * `bad-argument`.
   */
  async renew(
    secret: string,
    { lifeMs, mostMs }: { readonly lifeMs: number; readonly mostMs: number },
  ): Promise<Session | null> {
    checkInteger('lifeMs', lifeMs, 1)
    checkInteger('mostMs', mostMs, lifeMs)
    const hash = hashSecret(secret)
    const nowMs = this.#now()
    const row = await this.#database.read(() =>
      first<SessionRow>('SELECT * FROM sessions WHERE hash = $1 AND expires_ms > $2', hash, nowMs),
    )
    if (!row) return null
    const expiresMs = Math.min(nowMs + lifeMs, row.session_ms + mostMs)
    if (expiresMs - row.expires_ms < RENEW_STEP_MS) return null
    const renewed = await this.#database
      .write(() =>
        first<SessionRow>('UPDATE sessions SET expires_ms = $2 WHERE hash = $1 RETURNING *', hash, expiresMs),
      )
      .catch(ignoreFullDisk)
    return renewed ? toSession(renewed) : null
  }

  /**
   * Lists the unexpired sessions of an account, the most recently used first. Rejects with
   * `not-found`.
   */
  async list(did: string): Promise<readonly Session[]> {
    checkDid(did)
    const nowMs = this.#now()
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const rows = yield* all<SessionRow>(
        'SELECT * FROM sessions WHERE account = $1 AND expires_ms > $2 ORDER BY seen_ms DESC, id',
        ...[number, nowMs],
      )
      return rows.map(toSession)
    })
  }

  /**
   * Ends a session of an account, or all but the one with this id. Returns how many ended. Rejects
   * with `not-found` if there is no such account.
   */
  async end(
    did: string,
    which: { readonly id: string } | { readonly allBut: string | null },
  ): Promise<number> {
    checkDid(did)
    return this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      const ended = yield* 'id' in which
        ? all('DELETE FROM sessions WHERE account = $1 AND id = $2 RETURNING id', number, which.id)
        : all('DELETE FROM sessions WHERE account = $1 AND id <> $2 RETURNING id', number, which.allBut ?? '')
      return ended.length
    })
  }
}

function toSession({ id, device, label, session_ms, seen_ms, expires_ms }: SessionRow): Session {
  return { id, device, label, createdMs: session_ms, seenMs: seen_ms, expiresMs: expires_ms }
}
