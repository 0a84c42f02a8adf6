/** Adds a route for every entry of the table of operations. */
import { ACCESS, type CheckedInputOf, type NodeOperations, OPERATIONS, type OperationName } from '@shoal/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../../base/failure.ts'
import { inputOf } from '../request/input.ts'
import { routePath } from './route-path.ts'

const USUAL_LIMIT_BYTES = 1024 * 1024

type Name = keyof NodeOperations

/** Checks that reject a request depending on who makes it. */
export type Checks = {
  readonly [Each in Name]?: (input: CheckedInputOf<Each>, request: FastifyRequest) => Promise<void>
}

/** Registers all operations except the open ones, whose answers depend on who asks. */
export function addOperations(
  scope: FastifyInstance,
  operations: Partial<NodeOperations>,
  checks: Checks = {},
): void {
  for (const name of Object.keys(OPERATIONS) as OperationName[])
    if (isOfNode(name) && !OPERATIONS[name].isOpen) addOperation(scope, name, operations, checks)
}

function addOperation<Each extends Name>(
  scope: FastifyInstance,
  name: Each,
  operations: { readonly [Each in Name]?: NodeOperations[Each] },
  checks: Checks,
): void {
  const operation = OPERATIONS[name]
  scope.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyLimitBytes ?? USUAL_LIMIT_BYTES,
    handler: async (request, reply) => {
      const input = inputOf<(typeof OPERATIONS)[Each]['input']>(operation, request)
      await checks[name]?.(input, request)
      const answer: NodeOperations[Each] | undefined = operations[name]
      if (!answer) throw new Failure('unsupported', `this node runs without the capability for ${name}`)
      return answer(input, { signal: leaving(reply) })
    },
  })
}

function isOfNode(name: OperationName): name is Name {
  return !(name in ACCESS.operations)
}

/** Aborts when the client disconnects before it has its answer. */
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('the client left', 'AbortError'))
  })
  return controller.signal
}
