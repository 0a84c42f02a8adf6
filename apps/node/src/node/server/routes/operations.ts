/** Adds a route for every entry of the table of operations. */
import {
  ACCESS,
  type CheckedInputOf,
  CONTRACTS,
  type Contract,
  type NodeOperations,
  OPERATIONS,
  type OperationName,
} from '@shoal/api'
import { AbsentCapability } from '@shoal/daemon/capability'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readInput } from '../request/input.ts'
import { routePath } from './route-path.ts'

const USUAL_LIMIT_BYTES = 1024 * 1024

type Name = keyof NodeOperations

export interface OperationParts {
  /** Returns the operations as the sender of the request may use them. */
  readonly operationsFor: (request: FastifyRequest) => NodeOperations
  readonly capabilities: readonly string[]
}

/** Checks that reject a request depending on who makes it. */
export type Checks = {
  readonly [Each in Name]?: (input: CheckedInputOf<Each>, request: FastifyRequest) => Promise<void>
}

/** Registers all operations except the open ones, whose answers depend on who asks. */
export function addOperations(
  scope: FastifyInstance,
  { operationsFor, capabilities }: OperationParts,
  checks: Checks,
): void {
  const absent = absentOperations(capabilities)
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    if (!isOfNode(name) || OPERATIONS[name].isOpen) continue
    if (absent.has(name)) refuseOperation(scope, name)
    else addOperation(scope, name, operationsFor, checks)
  }
}

/** Operations of the capabilities that do not run. */
export function absentOperations(capabilities: readonly string[]): ReadonlySet<string> {
  const absent = CONTRACTS.filter(({ name }) => !capabilities.includes(name))
  return new Set(absent.flatMap(({ operations = {} }: Contract) => Object.keys(operations)))
}

/** Its input is not read: that it is not available is all that a client needs to know. */
function refuseOperation(scope: FastifyInstance, name: Name): void {
  const { method, path } = OPERATIONS[name]
  const refuse = async () => {
    throw new AbsentCapability(`The operation ${name}`)
  }
  scope.route({ method, url: routePath(path), onRequest: refuse, handler: refuse })
}

function addOperation<Each extends Name>(
  scope: FastifyInstance,
  name: Each,
  operationsFor: OperationParts['operationsFor'],
  checks: Checks,
): void {
  const operation = OPERATIONS[name]
  scope.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyLimitBytes ?? USUAL_LIMIT_BYTES,
    handler: async (request, reply) => {
      const input = readInput<(typeof OPERATIONS)[Each]['input']>(operation, request)
      await checks[name]?.(input, request)
      const answer: NodeOperations[Each] = operationsFor(request)[name]
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
    if (!reply.raw.writableFinished)
      controller.abort(new DOMException('the client disconnected', 'AbortError'))
  })
  return controller.signal
}
