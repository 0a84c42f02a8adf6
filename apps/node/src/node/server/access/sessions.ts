import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from './token.ts'

/** Storage of logins that survives a restart: the catalogue's LoginStore. Times are milliseconds since the Unix epoch. */
export interface SessionStore {
  /** Returns a fresh secret of 256 random bits, as 43 characters of base64url. Only its hash is kept. */
  add(login: { userName: string; address: string; createdMs: number; expiresMs: number }): string
  /** Returns null for a wrong secret and for a login that has ended. */
  find(secret: string, nowMs: number): { id: number; userName: string; expiresMs: number } | null
  extend(id: number, expiresMs: number): void
  delete(id: number): unknown
}

export const SESSION_SECONDS = 30 * 24 * 60 * 60
/** A session is extended only after this time, so that not every request writes. */
const EXTEND_AFTER_MS = 60 * 60_000

/** Logins of browsers. Each ends 30 days after it was last used, or when the credentials that opened it change. */
export class Sessions {
  readonly #store: SessionStore
  readonly #proof: (userName: string) => string
  readonly #now: () => number

  /** `proof` identifies what opens sessions of a user, token and password: when they change, older sessions become invalid. */
  constructor(store: SessionStore, proof: (userName: string) => string, now: () => number) {
    this.#store = store
    this.#proof = proof
    this.#now = now
  }

  /** Returns the cookie's value. */
  open(userName: string, address: string): string {
    const createdMs = this.#now()
    const expiresMs = createdMs + SESSION_SECONDS * 1000
    const secret = this.#store.add({ userName, address, createdMs, expiresMs })
    return `${secret}.${this.#seal(secret, userName)}`
  }

  /** Returns the user of the session, and extends it; null if there is no such session or it has ended. */
  find(cookie: string): string | null {
    const now = this.#now()
    const session = this.#session(cookie, now)
    if (!session) return null
    const expiresMs = now + SESSION_SECONDS * 1000
    if (expiresMs - session.expiresMs > EXTEND_AFTER_MS) this.#store.extend(session.id, expiresMs)
    return session.userName
  }

  close(cookie: string): void {
    const session = this.#session(cookie, this.#now())
    if (session) this.#store.delete(session.id)
  }

  #session(cookie: string, now: number): ReturnType<SessionStore['find']> {
    const [secret = '', seal = ''] = cookie.split('.')
    const session = this.#store.find(secret, now)
    return session && sameText(seal, this.#seal(secret, session.userName)) ? session : null
  }

  #seal(secret: string, userName: string): string {
    return createHmac('sha256', this.#proof(userName)).update(secret).digest('base64url')
  }
}

/** Sessions that end with the process. */
export function memorySessions(): SessionStore {
  const kept = new Map<string, { id: number; userName: string; expiresMs: number }>()
  const byId = (id: number) => [...kept].find(([, session]) => session.id === id)
  let last = 0
  return {
    add({ userName, expiresMs }) {
      const secret = randomBytes(32).toString('base64url')
      kept.set(secret, { id: ++last, userName, expiresMs })
      if (kept.size > 1000) kept.delete(kept.keys().next().value!)
      return secret
    },
    find(secret, nowMs) {
      const session = kept.get(secret)
      return session && session.expiresMs > nowMs ? session : null
    },
    extend(id, expiresMs) {
      const found = byId(id)
      if (found) kept.set(found[0], { ...found[1], expiresMs })
    },
    delete: id => kept.delete(byId(id)?.[0] ?? ''),
  }
}
