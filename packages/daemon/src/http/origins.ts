/** Compares origins of pages and logins with the request that names them. */
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '@shoal/torrent/local-address'

// The node speaks http; its page's origin, which browsers send with every change, reveals an https
// proxy in front.
export function isFromHttps({ origin = '' }: IncomingHttpHeaders): boolean {
  return /^https:/i.test(origin)
}

/**
 * Returns whether a browser considers the origin of a request secure: this machine, or https.
 * Browsers send Fetch Metadata headers only to such origins; older versions are recognized by the
 * proxy's headers.
 */
export function isTrustworthy(headers: IncomingHttpHeaders): boolean {
  const name = URL.parse(`http://${headers.host}`)?.hostname ?? ''
  return (
    isLoopback(name) || headers['sec-fetch-site'] !== undefined || headers['x-forwarded-proto'] === 'https'
  )
}

/**
 * Returns whether `host` (the header) matches the origin. A proxy may speak https while the node
 * speaks http: name and port decide, with the default port of the scheme.
 */
export function isOriginOf(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  if (!page || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false
  return page.host !== '' && page.host === URL.parse(`${page.protocol}//${host}`)?.host
}

/**
 * Returns whether a page of another origin sent a request, according to its headers. Requests that
 * only load a resource, such as a picture, do not carry them.
 */
export function isFromOtherSite({ origin, host = '' }: IncomingHttpHeaders): boolean {
  return origin !== undefined && !isOriginOf(origin, host)
}

/** Compatible with a fastify request. */
export interface ArrivedRequest {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly localAddress?: string | undefined; readonly localPort?: number | undefined }
}

/**
 * Returns whether an origin is the address, or a name of this machine, at which the request's
 * connection arrived. The `Host` header alone proves nothing: an attacker who relays a login for
 * another server can put that server's address into it.
 */
export function isWhereArrived(origin: string, { headers, socket }: ArrivedRequest): boolean {
  const url = URL.parse(origin)
  if (!url || url.origin !== origin || url.protocol !== 'http:') return false
  if (!isOriginOf(origin, headers.host ?? '') || Number(url.port || 80) !== socket.localPort) return false
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const arrivedAt = (socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  return name === arrivedAt || (isLoopback(name) && isLoopback(arrivedAt))
}
