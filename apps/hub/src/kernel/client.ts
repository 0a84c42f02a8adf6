/** The client of a request, for logins. */
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '@shoal/daemon/failure'
import { isFromHttps, isFromOtherSite, isOriginOf, isWhereArrived } from '@shoal/daemon/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_COOKIE } from './callers.ts'

export interface Client {
  /** Client IP address, also behind a trusted proxy. */
  readonly address: string
  readonly headers: IncomingHttpHeaders
  /** Returns whether this client can reach the hub at an origin. */
  isOwnOrigin(origin: string): boolean
  /**
   * Sets the session cookie for a time, or deletes it (null). Throws `forbidden-origin` for pages
   * of other sites.
   */
  keepSession(secret: string | null, seconds: number): void
}

/** `origins`: the hub's own. */
export function clientOf(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): Client {
  const { headers, ip: address } = request
  return {
    address,
    headers,
    isOwnOrigin: origin => origins.includes(origin) || isWhereArrived(origin, request),
    keepSession(secret, seconds) {
      if (isFromOtherSite(headers)) {
        if (secret === null) return
        throw new Failure('forbidden-origin', 'a page of another site gets no cookie: ask for a token', {
          field: 'origin',
        })
      }
      const isSecure = isFromHttps(headers) || origins.some(origin => isSecureNameOf(origin, headers))
      const life = secret === null ? 0 : seconds
      const parts = [
        `${SESSION_COOKIE}=${secret ?? ''}`,
        'Path=/',
        `Max-Age=${life}`,
        'HttpOnly',
        'SameSite=Strict',
      ]
      reply.header('set-cookie', [...parts, ...(isSecure ? ['Secure'] : [])].join('; '))
    },
  }
}

function isSecureNameOf(origin: string, { host = '' }: IncomingHttpHeaders): boolean {
  return origin.startsWith('https:') && isOriginOf(origin, host)
}
