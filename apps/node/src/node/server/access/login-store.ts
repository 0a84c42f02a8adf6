import { randomBytes } from 'node:crypto'
import type { Database, Query } from '@shoal/daemon/database'
import { sha256 } from '@shoal/daemon/login'
import type { SessionRecord, SessionStore } from './sessions.ts'

const TOKEN_BYTES = 32
/**
 * Maximum number of logins stored per user; the least recently used are dropped first. A global
 * limit would let one user end the sessions of others.
 */
const MAX_LOGINS = 1000
/** Precision of `usedMs`: a write for each request would be too expensive. */
const USED_STEP_MS = 60_000
const COLUMNS = `id, user_name AS userName, address, browser, device, passkey, created_ms AS createdMs, used_ms AS usedMs, expires_ms AS expiresMs`

/**
 * Login sessions. Only hashes of tokens are stored, so that reading the file does not let anyone
 * log in. A plain SHA-256 is enough, since the tokens are random (256 bits).
 */
export class LoginStore implements SessionStore {
  readonly #database: Database
  readonly #insert: Query<never>
  readonly #find: Query<SessionRecord>
  readonly #use: Query<never>
  readonly #extend: Query<never>
  readonly #all: Query<SessionRecord>
  readonly #delete: Query<never>
  readonly #prune: Query<never>

  constructor(database: Database) {
    this.#database = database
    this.#insert = database.prepare(
      'INSERT INTO sessions (token_hash, user_name, address, browser, device, passkey, created_ms, used_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#find = database.prepare(`SELECT ${COLUMNS} FROM sessions WHERE token_hash = ? AND expires_ms > ?`)
    this.#use = database.prepare('UPDATE sessions SET used_ms = ? WHERE id = ?')
    this.#extend = database.prepare('UPDATE sessions SET expires_ms = ? WHERE id = ?')
    this.#all = database.prepare(
      `SELECT ${COLUMNS} FROM sessions WHERE expires_ms > ? ORDER BY used_ms DESC, id`,
    )
    this.#delete = database.prepare('DELETE FROM sessions WHERE id = ?')
    this.#prune = database.prepare(`DELETE FROM sessions WHERE expires_ms <= ? OR id IN
      (SELECT id FROM sessions WHERE user_name = ? ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ${MAX_LOGINS})`)
  }

  /**
   * Adds a login and returns its token for the browser in base64url, which cannot be read again.
   * Also deletes logins that have ended.
   */
  add(login: Omit<SessionRecord, 'id' | 'usedMs'>): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const { userName, address, browser, device, passkey, createdMs, expiresMs } = login
    const by = [device, passkey] as const
    this.#database.transaction(() => {
      this.#insert.run(sha256(token), userName, address, browser, ...by, createdMs, createdMs, expiresMs)
      this.#prune.run(createdMs, userName)
    })
    return token
  }

  /** Returns the login with this token, or null if the token is wrong or has ended. */
  find(token: string, nowMs: number): SessionRecord | null {
    const login = this.#find.get(sha256(token), nowMs)
    if (login && nowMs - login.usedMs >= USED_STEP_MS) this.#use.run(nowMs, login.id)
    return login
  }

  /** Extends a login that is still in use. */
  extend(id: number, expiresMs: number): void {
    this.#extend.run(expiresMs, id)
  }

  /** Returns active logins, most recently used first. */
  all(nowMs: number): SessionRecord[] {
    return this.#all.all(nowMs)
  }

  delete(id: number): boolean {
    return this.#delete.run(id).changes > 0
  }
}
