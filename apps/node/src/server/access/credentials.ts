import type { IncomingHttpHeaders } from 'node:http'

export const SESSION_COOKIE = 'shoal_session'
/** Over https: browsers take it from https alone, and keep it from all other hosts (RFC 6265bis, cookie name prefixes). */
export const SECURE_SESSION_COOKIE = '__Host-shoal_session'
/** Longest password that is looked at, in bytes of its header. */
const MAX_HEADER = 8192
/** A browser sends one of each name. */
const MAX_COOKIES = 4

/** RFC 6750 section 2.1; null for another scheme. */
export function bearerToken(header: string): string | null {
  return /^Bearer +([\w~+/.-]+=*) *$/i.exec(header)?.[1] ?? null
}

/** RFC 7617, as UTF-8; null for another scheme or no pair. */
export function basicCredentials(header: string): { username: string; password: string } | null {
  if (header.length > MAX_HEADER) return null
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Cookies of sessions in a request (RFC 6265 section 5.4): that of https first, since no page of plain http can have set it. */
export interface SessionCookie {
  readonly secret: string
  readonly secure: boolean
}

export function sessionCookies(header: string | undefined): SessionCookie[] {
  const found: SessionCookie[] = []
  for (const pair of header?.split(';') ?? []) {
    const [name, secret] = pair.trim().split('=', 2)
    const secure = name === SECURE_SESSION_COOKIE
    if ((secure || name === SESSION_COOKIE) && secret && /^[\w-]{43}\.[\w-]{43}$/.test(secret))
      found.push({ secret, secure })
  }
  return found.sort((a, b) => Number(b.secure) - Number(a.secure)).slice(0, MAX_COOKIES)
}

/** The session that a request is made with; null when it proves itself otherwise, or not at all. */
export function openingSession({ authorization, cookie }: IncomingHttpHeaders): string | null {
  return authorization === undefined ? (sessionCookies(cookie)[0]?.secret ?? null) : null
}

/** The `Set-Cookie` header of a session, or of its end (empty secret, 0 seconds). */
export function setSessionCookie(secret: string, seconds: number, secure: boolean): string {
  const name = secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE
  return `${name}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}
