import { randomBytes } from 'node:crypto'
import type { SyncMemory } from './sync-memory.ts'

/** A session ends when it was not used for so long. */
const IDLE_MS = 60 * 60_000
/** The one that was used longest ago ends when there would be more: each remembers what its client was last told. */
const MOST = 50

export interface Session {
  /** What this client was told last; by what it asks for. */
  readonly told: Map<string, SyncMemory>
}

interface Kept extends Session {
  usedMs: number
}

/** Logins, known by the cookie `SID`. They end with the process. */
export class Sessions {
  readonly #kept = new Map<string, Kept>()

  /** Returns its id: 256 random bits. */
  open(): string {
    const id = randomBytes(32).toString('base64url')
    this.#kept.set(id, { usedMs: performance.now(), told: new Map() })
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value!)
    return id
  }

  find(id: string): Session | null {
    const session = this.#kept.get(id)
    if (!session) return null
    this.#kept.delete(id)
    if (performance.now() - session.usedMs > IDLE_MS) return null
    session.usedMs = performance.now()
    // The one that was used last comes last.
    this.#kept.set(id, session)
    return session
  }

  close(id: string): void {
    this.#kept.delete(id)
  }
}

/** Of a client that proves with each request who it is. */
export function passingSession(): Session {
  return { told: new Map() }
}

/** The secret of the cookie; null without one. */
export function sessionId(cookie: string | undefined): string | null {
  return /(?:^|;\s*)SID=([\w-]{43})(?:;|$)/.exec(cookie ?? '')?.[1] ?? null
}

export function sessionCookie(id: string, secure: boolean): string {
  return `SID=${id}; HttpOnly; SameSite=Strict; path=/${secure ? '; Secure' : ''}`
}

export const ENDED_COOKIE = 'SID=; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict; path=/'
