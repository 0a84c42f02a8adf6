/** Adds a route for every entry of a table of operations. */
import type { Operation } from '@shoal/api'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AbsentCapability, type AnyOperations } from '../capability/capability.ts'
import { readInput } from './request/input.ts'
import { routePath } from './route-path.ts'

const USUAL_LIMIT_BYTES = 1024 * 1024

export interface OperationParts<Each extends Operation = Operation> {
  readonly table: Readonly<Record<string, Each>>
  /** Names of operations that the program runs without. */
  readonly absent: ReadonlySet<string>
  /** Returns the operations as available to the sender of the request. */
  readonly operationsFor: (request: FastifyRequest) => AnyOperations
  /**
   * Returns additional options for the operation. It runs before any input is read, and can reject
   * the request.
   */
  readonly admit?: (operation: Each, request: FastifyRequest, reply: FastifyReply) => Promise<object>
  /** Default: pages of other sites cannot request changes. */
  readonly config?: FastifyContextConfig
}

export function addOperationRoutes<Each extends Operation>(
  scope: FastifyInstance,
  parts: OperationParts<Each>,
): void {
  for (const [name, operation] of Object.entries(parts.table)) {
    if (parts.absent.has(name)) refuseOperation(scope, name, operation)
    else addOperation(scope, name, parts)
  }
}

/** Its input is not read: the client only needs to know that it is unavailable. */
function refuseOperation(scope: FastifyInstance, name: string, { method, path }: Operation): void {
  const refuse = async () => {
    throw new AbsentCapability(`The operation ${name}`)
  }
  scope.route({ method, url: routePath(path), onRequest: refuse, handler: refuse })
}

function addOperation<Each extends Operation>(
  scope: FastifyInstance,
  name: string,
  { table, operationsFor, admit, config = {} }: OperationParts<Each>,
): void {
  const operation = table[name]!
  const admitted = new WeakMap<FastifyRequest, object>()
  scope.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyLimitBytes ?? USUAL_LIMIT_BYTES,
    config,
    ...(admit && {
      onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
        admitted.set(request, await admit(operation, request, reply))
      },
    }),
    handler: async (request, reply) => {
      const input = readInput(operation, request)
      const answer = operationsFor(request)[name]!
      return answer(input, { ...admitted.get(request), signal: leaving(reply) })
    },
  })
}

/** Aborts when the client disconnects before it has received the response. */
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished)
      controller.abort(new DOMException('the client disconnected', 'AbortError'))
  })
  return controller.signal
}
