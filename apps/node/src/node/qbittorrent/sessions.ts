import { randomBytes } from 'node:crypto'

/** A session ends after this time without use. */
const IDLE_MS = 60 * 60_000
/** When there would be more, the least recently used session ends. */
const MOST = 1000

/** Logins, identified by the cookie `SID`. They end with the process. */
export class Sessions {
  /** When each was last used, the oldest first. */
  readonly #usedMs = new Map<string, number>()

  /** Opens a session and returns its id: 256 random bits. */
  open(): string {
    const id = randomBytes(32).toString('base64url')
    this.#usedMs.set(id, performance.now())
    if (this.#usedMs.size > MOST) this.#usedMs.delete(this.#usedMs.keys().next().value!)
    return id
  }

  /** Whether it is a session; extends it. */
  use(id: string): boolean {
    const usedMs = this.#usedMs.get(id)
    if (usedMs === undefined) return false
    this.#usedMs.delete(id)
    const now = performance.now()
    if (now - usedMs > IDLE_MS) return false
    this.#usedMs.set(id, now)
    return true
  }

  close(id: string): void {
    this.#usedMs.delete(id)
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
