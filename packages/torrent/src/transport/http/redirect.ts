import { RangeFailure } from './http-ranges.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Returns where a response redirects, or null if it is not a redirect. Returns a text that says why if it leads where we do not go: what was asked for in
 * secret must not go on in the clear.
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
 * The same for a web seed. User name and password stay with the host they were given for. Throws when it leads where we do not go.
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
