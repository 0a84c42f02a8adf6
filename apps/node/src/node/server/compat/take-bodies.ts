import type { IncomingMessage } from 'node:http'
import { readBody, tooLarge } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Maximum request size of the Transmission and qBittorrent APIs: a .torrent of 30 MB as base64. */
export const MAX_BODY_BYTES = 42_000_000

/**
 * Makes the routes of this scope accept bodies of any type as bytes, up to their `bodyLimit` and
 * within the time limit for bodies.
 */
export function takeBodies(scope: FastifyInstance, deadlineMs?: number): void {
  scope.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const limit = request.routeOptions.bodyLimit
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
    return readBody(payload, limit, deadlineMs)
  })
}
