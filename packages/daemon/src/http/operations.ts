/** Adds a route for every entry of a table of operations. */
import type { Operation, OperationTable } from '@shoal/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AbsentCapability, type AnyOperations } from '../capability/capability.ts'
import { readInput } from './request/input.ts'
import { routePath } from './route-path.ts'

const USUAL_LIMIT_BYTES = 1024 * 1024

export interface OperationParts {
  readonly table: OperationTable
  /** Names of operations that the program runs without. */
  readonly absent: ReadonlySet<string>
  /** Returns the operations as the sender of the request may use them. */
  readonly operationsFor: (request: FastifyRequest) => AnyOperations
  /** Checks that reject a request depending on who makes it. */
  // biome-ignore lint/suspicious/noExplicitAny: the input of each operation.
  readonly checks?: Readonly<Record<string, (input: any, request: FastifyRequest) => Promise<void>>>
}

export function addOperationRoutes(scope: FastifyInstance, parts: OperationParts): void {
  for (const [name, operation] of Object.entries(parts.table)) {
    if (parts.absent.has(name)) refuseOperation(scope, name, operation)
    else addOperation(scope, name, parts)
  }
}

/** Its input is not read: that it is not available is all that a client needs to know. */
function refuseOperation(scope: FastifyInstance, name: string, { method, path }: Operation): void {
  const refuse = async () => {
    throw new AbsentCapability(`The operation ${name}`)
  }
  scope.route({ method, url: routePath(path), onRequest: refuse, handler: refuse })
}

function addOperation(
  scope: FastifyInstance,
  name: string,
  { table, operationsFor, checks = {} }: OperationParts,
): void {
  const operation = table[name]!
  scope.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyLimitBytes ?? USUAL_LIMIT_BYTES,
    handler: async (request, reply) => {
      const input = readInput(operation, request)
      await checks[name]?.(input, request)
      const answer = operationsFor(request)[name]!
      return answer(input, { signal: leaving(reply) })
    },
  })
}

/** Aborts when the client disconnects before it has its answer. */
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished)
      controller.abort(new DOMException('the client disconnected', 'AbortError'))
  })
  return controller.signal
}
