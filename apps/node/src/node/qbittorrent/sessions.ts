import { randomBytes } from 'node:crypto'

/** A session ends when it was not used for so long. */
const IDLE_MS = 60 * 60_000
/** The one that was used longest ago ends when there would be more. */
const MOST = 1000

/** Logins, known by the cookie `SID`. They end with the process. */
export class Sessions {
  /** When each was used last, the oldest first. */
  readonly #usedMs = new Map<string, number>()

  /** Returns its id: 256 random bits. */
  open(): string {
    const id = randomBytes(32).toString('base64url')
    this.#usedMs.set(id, performance.now())
    if (this.#usedMs.size > MOST) this.#usedMs.delete(this.#usedMs.keys().next().value!)
    return id
  }

  /** Whether it is one; it then lasts longer. */
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

/** The secret of the cookie; null without one. */
export function sessionId(cookie: string | undefined): string | null {
  return /(?:^|;\s*)SID=([\w-]{43})(?:;|$)/.exec(cookie ?? '')?.[1] ?? null
}

export function sessionCookie(id: string, secure: boolean): string {
  return `SID=${id}; HttpOnly; SameSite=Strict; path=/${secure ? '; Secure' : ''}`
}

export const ENDED_COOKIE = 'SID=; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict; path=/'
