import { BYTE_ROUTES, openApiDocument } from '@shoal/api'
import type { FastifyInstance } from 'fastify'
import { VERSION } from '../../../base/version.ts'
import { byteInput } from '../request/byte-input.ts'

/** The API, described in OpenAPI. Made once, when somebody asks. */
export function addDescriptionRoute(scope: FastifyInstance): void {
  let text: string | null = null
  scope.get(BYTE_ROUTES.getOpenApi.path, async (request, reply) => {
    byteInput(BYTE_ROUTES.getOpenApi, request)
    text ??= JSON.stringify(openApiDocument({ version: VERSION }))
    reply.type('application/json; charset=utf-8')
    return text
  })
}
