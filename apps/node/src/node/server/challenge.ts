import type { FastifyRequest } from 'fastify'
import { isFromOtherSite } from './access/credentials.ts'

// RFC 9110 section 11.6.1. `Basic` makes browsers open a dialog, which requests from the console's
// pages or other sites must not cause.
export function challenge(request: FastifyRequest): string[] {
  const mode = request.headers['sec-fetch-mode']
  const basic = 'Basic realm="Shoal", charset="UTF-8"'
  return (mode === undefined || mode === 'navigate') && !isFromOtherSite(request)
    ? ['Bearer realm="Shoal"', basic]
    : ['Bearer realm="Shoal"']
}
