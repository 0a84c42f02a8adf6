import { RangeFailure } from './http-ranges.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Returns where a response redirects, or null if it is not a redirect. Returns a text that says why if we do not follow it: a request that was sent over
 * HTTPS must not continue in plain text.
 */
export function followRedirect(status: number, location: string, from: URL): URL | string | null {
  if (!REDIRECTS.has(status)) return null
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null
  if (to?.protocol !== 'http:' && to?.protocol !== 'https:')
    return 'it redirects to something that is not HTTP'
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'it redirects from https to http'
  return to
}

/**
 * The same for a web seed. User name and password are sent to their own host only. Throws if we do not follow the redirect.
 */
export function redirectTarget(status: number, location: string | null | undefined, from: URL): URL | null {
  const to = location ? followRedirect(status, location, from) : null
  if (to === null) return null
  if (typeof to === 'string') throw new RangeFailure('server-gone', to)
  if (to.host === from.host && to.protocol === from.protocol && to.username === '') {
    to.username = from.username
    to.password = from.password
  }
  to.hash = ''
  return to
}
