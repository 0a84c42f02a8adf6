/** Rejects requests that another site's page makes with this browser's login (CSRF). */
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../../failure.ts'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Throws `forbidden-origin` if a page of another origin asks for a change or opens a WebSocket. Programs send neither header. */
export function checkOrigin(method: string, headers: IncomingHttpHeaders): void {
  if (READS.has(method) && headers.upgrade === undefined) return
  const { origin, host } = headers
  if (origin !== undefined && !isOriginOf(origin, host ?? ''))
    throw new Failure('forbidden-origin', 'a page of another site may not do this', { field: 'origin' })
  // Fetch Metadata: `none` means that the person used the browser's own controls.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Failure('forbidden-origin', 'a page of another site may not do this', {
      field: 'sec-fetch-site',
    })
}

// The node speaks http; its page's origin, which browsers send with every change, reveals a proxy in front that speaks https.
export function isFromHttps({ origin = '' }: IncomingHttpHeaders): boolean {
  return /^https:/i.test(origin)
}

/** Returns true if `host` (the header) is that of the origin. A proxy may speak https while the node speaks http: name and port decide, with the default port of the scheme. */
export function isOriginOf(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  if (!page || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false
  return page.host !== '' && page.host === URL.parse(`${page.protocol}//${host}`)?.host
}
