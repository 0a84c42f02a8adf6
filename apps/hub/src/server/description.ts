import { describeApi } from '@shoal/api/openapi'
import { HUB_OPERATIONS } from '@shoal/hub-api'
import type { FastifyInstance } from 'fastify'
import { SESSION_COOKIE } from '../kernel/callers.ts'

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The secret of a session' },
  session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Set by a login of a browser' },
}

/**
 * Serves a description of the operations that this hub supports at `/openapi.json`. `answered`:
 * their names.
 */
export function addDescriptionRoute(
  app: FastifyInstance,
  version: string,
  answered: ReadonlySet<string>,
): void {
  let text: string | undefined
  app.get('/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(
      describeApi({
        title: 'Shoal hub',
        version,
        description:
          'The API of a Shoal hub. Requests with unknown members are rejected. Every error says what was wrong.',
        operations: Object.fromEntries(Object.entries(HUB_OPERATIONS).filter(([name]) => answered.has(name))),
        security: SECURITY,
        unauthorized: 'Not logged in, or the session has ended',
      }),
    )
    return reply.type('application/json; charset=utf-8').send(text)
  })
}
