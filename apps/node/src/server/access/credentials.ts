export const SESSION_COOKIE = 'shoal_session'
/** Longest password that is looked at, in bytes of its header. */
const MAX_HEADER = 8192

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

/** The secret of the session's cookie (RFC 6265 section 5.4); null without one. */
export function sessionCookie(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === SESSION_COOKIE && value && /^[\w-]{43}\.[\w-]{43}$/.test(value)) return value
  }
  return null
}

/** The `Set-Cookie` header of a session, or of its end (empty secret, 0 seconds). */
export function setSessionCookie(secret: string, seconds: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return `${SESSION_COOKIE}=${secret}; ${attributes}`
}
