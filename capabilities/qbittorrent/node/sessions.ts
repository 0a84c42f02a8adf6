import { randomBytes } from 'node:crypto'

/** A session ends after this time without use. */
const IDLE_MS = 60 * 60_000
/** Beyond this number, the least recently used session ends. */
const MOST = 1000

/** Logins, identified by the cookie `SID`. They end with the process. */
export class Sessions {
  /** Least recently used first. */
  readonly #sessions = new Map<string, { readonly isOwner: boolean; readonly usedMs: number }>()

  /**
   * Opens a session and returns its id: 256 random bits. `isOwner`: whether it was opened with the
   * token.
   */
  open(isOwner: boolean): string {
    const id = randomBytes(32).toString('base64url')
    this.#sessions.set(id, { isOwner, usedMs: performance.now() })
    if (this.#sessions.size > MOST) this.#sessions.delete(this.#sessions.keys().next().value!)
    return id
  }

  /** Extends a session, and returns how it was opened; null if there is no such session. */
  use(id: string): { readonly isOwner: boolean } | null {
    const session = this.#sessions.get(id)
    if (session === undefined) return null
    this.#sessions.delete(id)
    const now = performance.now()
    if (now - session.usedMs > IDLE_MS) return null
    this.#sessions.set(id, { ...session, usedMs: now })
    return session
  }

  close(id: string): void {
    this.#sessions.delete(id)
  }
}

/** Returns the secret of the cookie; null if there is none. */
export function sessionId(cookie: string | undefined): string | null {
  return /(?:^|;\s*)SID=([\w-]{43})(?:;|$)/.exec(cookie ?? '')?.[1] ?? null
}

export function sessionCookie(id: string, secure: boolean): string {
  return `SID=${id}; HttpOnly; SameSite=Strict; path=/${secure ? '; Secure' : ''}`
}

export const ENDED_COOKIE = 'SID=; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict; path=/'
