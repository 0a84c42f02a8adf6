import { RangeFailure } from './http-ranges.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Returns the target of a redirect, or null if the response is not one. Returns the reason as text
 * if we do not follow it: a request that was sent over HTTPS must not continue in plain text.
 */
export function followRedirect(status: number, location: string, from: URL): URL | string | null {
  if (!isRedirect(status)) return null
  const target = headerText(location)
  const to = URL.canParse(target, from.href) ? new URL(target, from.href) : null
  if (to?.protocol !== 'http:' && to?.protocol !== 'https:')
    return 'it redirects to something that is not HTTP'
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'it redirects from https to http'
  return to
}

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/** Programs read headers as Latin-1; some servers send raw UTF-8. */
export function headerText(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(value, char => char.charCodeAt(0)),
    )
  } catch {
    return value
  }
}

/**
 * The same for a web seed. User name and password are sent to their own host only. Throws if we do
 * not follow the redirect.
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
