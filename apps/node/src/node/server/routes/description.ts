import { ACCESS, BYTE_ROUTES, type NodeOperations, openApiDocument } from '@shoal/api'
import type { FastifyInstance } from 'fastify'
import { VERSION } from '../../../base/version.ts'
import { byteInput } from '../request/byte-input.ts'

/** Serves the description of the API in OpenAPI. It is made once, on the first request. */
export function addDescriptionRoute(scope: FastifyInstance, operations: Partial<NodeOperations>): void {
  let text: string | null = null
  scope.get(BYTE_ROUTES.getOpenApi.path, async (request, reply) => {
    byteInput(BYTE_ROUTES.getOpenApi, request)
    text ??= JSON.stringify(
      openApiDocument({
        version: VERSION,
        answers: name => name in operations || name in ACCESS.operations,
      }),
    )
    reply.type('application/json; charset=utf-8')
    return text
  })
}
