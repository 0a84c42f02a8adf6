import type { IncomingHttpHeaders } from 'node:http'

/**
 * Returns the name of the session cookie. Cookies ignore ports (RFC 6265 section 8.5), so the name
 * contains the port: otherwise two nodes on one machine would log each other out. With `secure`,
 * browsers accept it from https only, and for this host only (RFC 6265bis, name prefixes).
 */
export function sessionCookieName(port: number, secure: boolean): string {
  return `${secure ? '__Host-' : ''}shoal_session_${port}`
}

/** Maximum number of header bytes in which a password is checked. */
const MAX_HEADER = 8192
/** A browser sends at most one of each name. */
const MAX_COOKIES = 4

/** Parses a bearer token (RFC 6750 section 2.1). Returns null for another scheme. */
export function bearerToken(header: string): string | null {
  return /^Bearer +([\w~+/.-]+=*) *$/i.exec(header)?.[1] ?? null
}

/**
 * Parses Basic credentials (RFC 7617), as UTF-8. Returns null for another scheme or if there is no
 * colon.
 */
export function basicCredentials(header: string): { username: string; password: string } | null {
  if (header.length > MAX_HEADER) return null
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * Returns whether a page of another site made the request, with a link or an image. Such a page can
 * put any credentials into the URL, so checking them would let it guess passwords, and lock its
 * visitor out.
 */
export function isFromOtherSite({ headers }: Pick<CookieRequest, 'headers'>): boolean {
  return headers['sec-fetch-site'] === 'cross-site'
}

/**
 * The parts of a request that identify its session: its cookies and the port it arrived at. A
 * fastify request fits.
 */
export interface CookieRequest {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly localPort?: number | undefined }
}

export interface SessionCookie {
  readonly secret: string
  readonly secure: boolean
}

/**
 * Returns the session cookies of a request (RFC 6265 section 5.4), that of https first, since no
 * plain-http page can have set it.
 */
export function sessionCookies({ headers, socket }: CookieRequest): SessionCookie[] {
  const found: SessionCookie[] = []
  const [plainName, secureName] = [false, true].map(secure => sessionCookieName(portOf(socket), secure))
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, secret] = pair.trim().split('=', 2)
    const secure = name === secureName
    if ((secure || name === plainName) && secret && isSessionSecret(secret)) found.push({ secret, secure })
  }
  return found.sort((a, b) => Number(b.secure) - Number(a.secure)).slice(0, MAX_COOKIES)
}

/** Returns whether a text has the format of a session's secret. */
export function isSessionSecret(text: string): boolean {
  return /^[\w-]{43}\.[\w-]{43}$/.test(text)
}

/** Returns the `Set-Cookie` header that sets a session, or ends it (empty secret, 0 seconds). */
export function setSessionCookie(
  { socket }: Pick<CookieRequest, 'socket'>,
  { secret, secure }: SessionCookie,
  seconds: number,
): string {
  const name = sessionCookieName(portOf(socket), secure)
  return `${name}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

/** Returns 0 if there is no socket, as when tests inject requests. */
function portOf({ localPort = 0 }: CookieRequest['socket']): number {
  return localPort
}
