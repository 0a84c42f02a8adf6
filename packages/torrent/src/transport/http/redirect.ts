import { RangeFailure } from './http-ranges.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Where an answer redirects, or null when it is no redirect. User name and password stay with the host they were given for. Throws when it
 * leads where we do not go.
 */
export function redirectTarget(status: number, location: string | null | undefined, from: URL): URL | null {
  if (!REDIRECTS.has(status) || !location) return null
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null
  if (to?.protocol !== 'http:' && to?.protocol !== 'https:')
    throw new RangeFailure('server-gone', 'it redirects to something that is not HTTP')
  // What was asked for in secret must not go on in the clear.
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new RangeFailure('server-gone', 'it redirects from https to http')
  if (to.host === from.host && to.protocol === from.protocol && to.username === '') {
    to.username = from.username
    to.password = from.password
  }
  to.hash = ''
  return to
}
