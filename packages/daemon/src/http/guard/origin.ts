/** Rejects requests from another site's page that use this browser's login (CSRF). */
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../../failure.ts'
import { isOriginOf } from '../origins.ts'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Throws `forbidden-origin` if a page of another origin requests a change or opens a WebSocket.
 * Programs send neither header.
 */
export function checkOrigin(method: string, headers: IncomingHttpHeaders): void {
  if (READS.has(method) && headers.upgrade === undefined) return
  const { origin, host } = headers
  if (origin !== undefined && !isOriginOf(origin, host ?? ''))
    throw new Failure('forbidden-origin', 'a page of another site may not do this', { field: 'origin' })
  // Fetch Metadata: `none` means that the user triggered the request through the browser's own UI.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Failure('forbidden-origin', 'a page of another site may not do this', {
      field: 'sec-fetch-site',
    })
}
