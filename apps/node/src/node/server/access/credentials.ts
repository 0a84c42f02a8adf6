import type { IncomingHttpHeaders } from 'node:http'

/**
 * The name of the cookie of a session. Cookies do not know ports (RFC 6265 section 8.5), so the name says it: two nodes of one machine would
 * log each other out. `secure`, over https: browsers take it from https alone, and keep it from all other hosts (RFC 6265bis, name prefixes).
 */
export function sessionCookieName(port: number, secure: boolean): string {
  return `${secure ? '__Host-' : ''}shoal_session_${port}`
}

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

/** What of a request tells of its session: its cookies, and the port that it came to. A fastify request is one. */
export interface CookieRequest {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly localPort?: number | undefined }
}

export interface SessionCookie {
  readonly secret: string
  readonly secure: boolean
}

/** Cookies of sessions in a request (RFC 6265 section 5.4): that of https first, since no page of plain http can have set it. */
export function sessionCookies({ headers, socket }: CookieRequest): SessionCookie[] {
  const found: SessionCookie[] = []
  const [plainName, secureName] = [false, true].map(secure => sessionCookieName(portOf(socket), secure))
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, secret] = pair.trim().split('=', 2)
    const secure = name === secureName
    if ((secure || name === plainName) && secret && /^[\w-]{43}\.[\w-]{43}$/.test(secret))
      found.push({ secret, secure })
  }
  return found.sort((a, b) => Number(b.secure) - Number(a.secure)).slice(0, MAX_COOKIES)
}

/** The session that a request is made with; null when it proves itself otherwise, or not at all. */
export function openingSession(request: CookieRequest): string | null {
  return request.headers.authorization === undefined ? (sessionCookies(request)[0]?.secret ?? null) : null
}

/** The `Set-Cookie` header of a session, or of its end (empty secret, 0 seconds). */
export function setSessionCookie(
  { socket }: Pick<CookieRequest, 'socket'>,
  { secret, secure }: SessionCookie,
  seconds: number,
): string {
  const name = sessionCookieName(portOf(socket), secure)
  return `${name}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

/** 0 without a socket, where tests inject requests. */
function portOf({ localPort = 0 }: CookieRequest['socket']): number {
  return localPort
}
