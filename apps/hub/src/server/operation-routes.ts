/**
 * The operations of a hub over HTTP. A tracker-only hub has none, and does not load this module.
 */
import type { Assembled } from '@shoal/daemon/capability'
import { Failure } from '@shoal/daemon/failure'
import { addOperationRoutes, markAuthenticated, takeJson } from '@shoal/daemon/http'
import { HUB_ACCESS, type HubAccess, type HubOperation } from '@shoal/hub-api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '../kernel/callers.ts'
import type { HubParts } from '../kernel/capability.ts'
import { clientOf } from '../kernel/client.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { addDescriptionRoute } from './description.ts'
import { answerOtherSites, headersOfCaller } from './other-sites.ts'

/**
 * Adds a route for each operation, and their description. `table`: all operations, including those
 * that this hub does not support.
 */
export function addOperations(
  app: FastifyInstance,
  kernel: HubKernel,
  assembled: Assembled<HubParts>,
  table: Readonly<Record<string, HubOperation>>,
): void {
  const answered = new Set(assembled.running.flatMap(({ operations = {} }) => Object.keys(operations)))
  app.register(async scope => {
    takeJson(scope)
    answerOtherSites(scope)
    addOperationRoutes<HubOperation>(scope, {
      config: { anyOrigin: true },
      table,
      absent: new Set(Object.keys(table).filter(name => !answered.has(name))),
      operationsFor: () => assembled.operations,
      admit: async (operation, request, reply) => ({
        caller: await admit(kernel, operation, request),
        client: clientOf(request, reply, kernel.origins),
      }),
    })
  })
  addDescriptionRoute(app, kernel.version, answered)
}

/**
 * Returns the caller. Rejects with `unauthorized`, `forbidden` or `forbidden-origin` if they lack
 * access to the operation.
 */
async function admit(
  { callers }: HubKernel,
  operation: HubOperation,
  request: FastifyRequest,
): Promise<Caller | null> {
  const { access } = operation
  const caller = await callers.of(headersOfCaller(operation, request))
  if (caller) markAuthenticated(request.raw)
  if (access === 'open') return caller
  if (!caller)
    throw new Failure('unauthorized', 'this is for members of the hub: log in', { field: 'authorization' })
  if (rank(caller.account.role) < rank(access))
    throw new Failure('forbidden', `this is for accounts with the role ${access}`, {
      field: 'authorization',
    })
  return caller
}

function rank(access: HubAccess): number {
  return HUB_ACCESS.indexOf(access)
}
