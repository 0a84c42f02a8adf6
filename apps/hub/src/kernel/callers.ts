/** Determines who sent a request. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Account, Sessions } from '@shoal/hub-stores'

export interface Caller {
  readonly did: string
  readonly account: Account
  /** Identifies the session in lists; not secret. */
  readonly sessionId: string
  /** The hash of the device's description, or null for a login without one. */
  readonly device: Uint8Array | null
}

export const SESSION_COOKIE = 'shoal_hub_session'
const IN_COOKIE = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([\\w-]{1,128})(?:$|;)`)
const IN_HEADER = /^Bearer +([\w-]{1,128})$/i

/**
 * Returns the session secret of a request: from `Authorization: Bearer` (RFC 6750), or else the
 * cookie.
 */
export function sessionSecret({ authorization, cookie }: IncomingHttpHeaders): string | null {
  if (authorization !== undefined) return IN_HEADER.exec(authorization)?.[1] ?? null
  return IN_COOKIE.exec(cookie ?? '')?.[1] ?? null
}

export class Callers {
  readonly #sessions: Pick<Sessions, 'use'>

  constructor(sessions: Pick<Sessions, 'use'>) {
    this.#sessions = sessions
  }

  /** Returns null if there is no session, or it has ended. */
  async of(headers: IncomingHttpHeaders): Promise<Caller | null> {
    const secret = sessionSecret(headers)
    const used = secret === null ? null : await this.#sessions.use(secret)
    if (!used) return null
    const { session, account } = used
    return { did: account.did, account, sessionId: session.id, device: session.device }
  }
}
