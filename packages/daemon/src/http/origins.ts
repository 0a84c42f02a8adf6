/** Origins of pages and logins, compared with the request that names them. */
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '@shoal/torrent/local-address'

// The node speaks http; its page's origin, which browsers send with every change, reveals a proxy in front that speaks https.
export function isFromHttps({ origin = '' }: IncomingHttpHeaders): boolean {
  return /^https:/i.test(origin)
}

/**
 * Whether a browser considers the origin of a request secure: this machine, or https. Browsers send the headers of Fetch Metadata to such origins only; those of older versions are
 * known by what a proxy says.
 */
export function isTrustworthy(headers: IncomingHttpHeaders): boolean {
  const name = URL.parse(`http://${headers.host}`)?.hostname ?? ''
  return (
    isLoopback(name) || headers['sec-fetch-site'] !== undefined || headers['x-forwarded-proto'] === 'https'
  )
}

/** Returns true if `host` (the header) is that of the origin. A proxy may speak https while the node speaks http: name and port decide, with the default port of the scheme. */
export function isOriginOf(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  if (!page || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false
  return page.host !== '' && page.host === URL.parse(`${page.protocol}//${host}`)?.host
}

/** Whether a page of another origin sends a request, and says so. Those that only load something, such as pictures, do not. */
export function isFromOtherSite({ origin, host = '' }: IncomingHttpHeaders): boolean {
  return origin !== undefined && !isOriginOf(origin, host)
}

/** A fastify request fits. */
export interface ArrivedRequest {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly localAddress?: string | undefined; readonly localPort?: number | undefined }
}

/**
 * Whether an origin is the address, or a name of this machine, at which the connection of a request has arrived. The header `Host` alone says nothing: somebody who passes on a login for
 * another server can write that server's address into it.
 */
export function isWhereArrived(origin: string, { headers, socket }: ArrivedRequest): boolean {
  const url = URL.parse(origin)
  if (!url || url.origin !== origin || url.protocol !== 'http:') return false
  if (!isOriginOf(origin, headers.host ?? '') || Number(url.port || 80) !== socket.localPort) return false
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const arrivedAt = (socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  return name === arrivedAt || (isLoopback(name) && isLoopback(arrivedAt))
}
