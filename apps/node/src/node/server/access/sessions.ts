import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from '@shoal/daemon/login'

/** A login: its user, address and browser. */
export interface SessionStart {
  readonly userName: string
  readonly address: string
  /** See `browserName`. */
  readonly browser: string | null
  /** The login key in hex of the device that logged in; null for browsers. */
  readonly device: string | null
  /** The passkey that logged in, in base64url; null for other logins. */
  readonly passkey: string | null
}

/** A browser or device that is logged in. Times are milliseconds since the Unix epoch. */
export interface SessionRecord extends SessionStart {
  readonly id: number
  readonly createdMs: number
  /** To the minute. */
  readonly usedMs: number
  readonly expiresMs: number
}

/** Persistent storage of logins: the catalogue's LoginStore. */
export interface SessionStore {
  /**
   * Returns a new secret of 256 random bits, as 43 characters of base64url. Only its hash is
   * stored.
   */
  add(login: Omit<SessionRecord, 'id' | 'usedMs'>): string
  /** Returns null for a wrong secret and for a login that has ended. */
  find(secret: string, nowMs: number): SessionRecord | null
  /** Returns active logins, most recently used first. */
  all(nowMs: number): readonly SessionRecord[]
  extend(id: number, expiresMs: number): void
  delete(id: number): boolean
}

export const SESSION_SECONDS = 30 * 24 * 60 * 60
/** Devices log in again automatically. */
export const DEVICE_SESSION_SECONDS = 15 * 60
/** A session is extended only after this time, so that not every request writes. */
const EXTEND_AFTER_MS = 60 * 60_000
const EXTEND_DEVICE_AFTER_MS = 60_000

/**
 * Returns an identifier of the credentials that open a session. Null if the user, device or passkey
 * cannot log in.
 */
export type Proof = (start: Pick<SessionStart, 'userName' | 'device' | 'passkey'>) => string | null

/**
 * Logins of browsers and devices. Each ends 30 days or 15 minutes after its last use, when it is
 * revoked, or when the credentials that opened it change.
 */
export class Sessions {
  readonly #store: SessionStore
  readonly #proof: Proof
  readonly #now: () => number

  /** Existing sessions become invalid when the result of `proof` changes. */
  constructor(store: SessionStore, proof: Proof, now: () => number) {
    this.#store = store
    this.#proof = proof
    this.#now = now
  }

  /** Opens a session and returns the cookie's value. The user must be able to log in. */
  open(start: SessionStart): string {
    const createdMs = this.#now()
    const secret = this.#store.add({ ...start, createdMs, expiresMs: createdMs + lifeMs(start) })
    return `${secret}.${seal(secret, this.#proof(start)!)}`
  }

  /** Returns the session and extends it; null if there is no such session or it has ended. */
  find(cookie: string): SessionRecord | null {
    const now = this.#now()
    const session = this.#session(cookie, now)
    if (!session) return null
    const expiresMs = now + lifeMs(session)
    const extendAfterMs = session.device === null ? EXTEND_AFTER_MS : EXTEND_DEVICE_AFTER_MS
    if (expiresMs - session.expiresMs > extendAfterMs) this.#store.extend(session.id, expiresMs)
    return session
  }

  /** Ends a session. Returns its number, or null if there is no such session. */
  close(cookie: string): number | null {
    const session = this.#session(cookie, this.#now())
    if (session) this.#store.delete(session.id)
    return session?.id ?? null
  }

  /**
   * Returns active sessions, most recently used first, including those of a password replaced while
   * the node was not running, until their browsers come back.
   */
  list(): readonly SessionRecord[] {
    return this.#store.all(this.#now()).filter(session => this.#proof(session) !== null)
  }

  end(id: number): void {
    this.#store.delete(id)
  }

  /** Ends the sessions that a user opened with a password, and returns their numbers. */
  endOfPassword(userName: string): number[] {
    const ended = this.#store
      .all(this.#now())
      .filter(each => each.userName === userName && each.device === null && each.passkey === null)
      .map(({ id }) => id)
    for (const id of ended) this.#store.delete(id)
    return ended
  }

  /** Ends the sessions of devices and passkeys that can no longer log in. */
  endRemoved(): void {
    const removed = this.#store
      .all(this.#now())
      .filter(session => (session.device ?? session.passkey) !== null && this.#proof(session) === null)
    for (const { id } of removed) this.#store.delete(id)
  }

  #session(cookie: string, now: number): SessionRecord | null {
    const [secret = '', given = ''] = cookie.split('.')
    const session = this.#store.find(secret, now)
    const proof = session && this.#proof(session)
    if (proof === null) return null
    if (sameText(given, seal(secret, proof))) return session
    // Its credentials were replaced.
    this.#store.delete(session!.id)
    return null
  }
}

function lifeMs({ device }: Pick<SessionStart, 'device'>): number {
  return 1000 * (device === null ? SESSION_SECONDS : DEVICE_SESSION_SECONDS)
}

function seal(secret: string, proof: string): string {
  return createHmac('sha256', proof).update(secret).digest('base64url')
}

/** Sessions that end with the process. */
export function memorySessions(): SessionStore {
  const kept = new Map<string, SessionRecord>()
  const byId = (id: number) => [...kept].find(([, session]) => session.id === id)
  let last = 0
  return {
    add(login) {
      const secret = randomBytes(32).toString('base64url')
      kept.set(secret, { ...login, id: ++last, usedMs: login.createdMs })
      const own = [...kept].filter(([, { userName }]) => userName === login.userName)
      if (own.length > 1000) kept.delete(own[0]![0])
      return secret
    },
    find(secret, nowMs) {
      const session = kept.get(secret)
      if (!session || session.expiresMs <= nowMs) return null
      kept.set(secret, { ...session, usedMs: nowMs })
      return session
    },
    all: nowMs =>
      [...kept.values()]
        .filter(({ expiresMs }) => expiresMs > nowMs)
        .sort((one, other) => other.usedMs - one.usedMs),
    extend(id, expiresMs) {
      const found = byId(id)
      if (found) kept.set(found[0], { ...found[1], expiresMs })
    },
    delete: id => kept.delete(byId(id)?.[0] ?? ''),
  }
}
