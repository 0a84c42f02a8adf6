/**
 * Pages of other sites, such as an installed chat app, use a hub as devices of its members: with a
 * session secret that only they have, and never with a cookie, which would let any page act for a
 * logged-in visitor.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '@shoal/daemon/failure'
import { checkOrigin, isFromOtherSite } from '@shoal/daemon/http'
import type { HubOperation } from '@shoal/hub-api'
import type { FastifyInstance } from 'fastify'

/** Time that browsers cache a preflight response. */
const PREFLIGHT_SECONDS = 600

/**
 * Lets pages of other sites read responses, without cookies
 * (https://fetch.spec.whatwg.org/#http-cors-protocol).
 */
export function answerOtherSites(scope: FastifyInstance): void {
  scope.addHook('onSend', async ({ headers }, reply) => {
    if (!isFromOtherSite(headers)) return
    reply.header('access-control-allow-origin', '*').header('vary', 'origin')
    reply.header('access-control-expose-headers', 'retry-after')
  })
  scope.options('/api/*', (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .send(),
  )
}

/**
 * Returns the headers that identify the caller. Throws `forbidden-origin` if a page of another site
 * lacks access.
 */
export function headersOfCaller(
  operation: Pick<HubOperation, 'isForOtherSites'>,
  { method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders },
): IncomingHttpHeaders {
  if (!isFromOtherSite(headers)) {
    checkOrigin(method, headers)
    return headers
  }
  const { cookie: _, ...others } = headers
  if (others.authorization === undefined && !operation.isForOtherSites)
    throw new Failure('forbidden-origin', 'a page of another site needs the secret of a session for this', {
      field: 'origin',
    })
  return others
}
