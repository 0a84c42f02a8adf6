import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../../failure.ts'
import { parseJson, readBody, tooLarge } from './json-body.ts'

/** Makes the routes of this scope accept only JSON, up to their `bodyLimit`. */
export function takeJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    /^application\/json\s*(;|$)/i,
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const limit = request.routeOptions.bodyLimit
      if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
      return parseJson(await readBody(payload, limit))
    },
  )
  scope.addContentTypeParser('*', async () => {
    // A form of another site can send other types without a preflight (CORS), but never this one.
    throw new Failure('unsupported-media-type', 'the body must be application/json', {
      field: 'content-type',
    })
  })
}
