/** Adds the routes of the node's operations. */
import {
  ACCESS,
  type CheckedInputOf,
  CONTRACTS,
  type Contract,
  type NodeOperations,
  OPERATIONS,
  type OperationTable,
} from '@shoal/api'
import { addOperationRoutes } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpCallOptions } from '../../kernel/contract.ts'

type Name = keyof NodeOperations

export interface OperationParts {
  /** Returns the operations as the sender of the request may use them. */
  readonly operationsFor: (request: FastifyRequest) => NodeOperations
  /** Returns the login session of a request; null for other credentials. */
  readonly sessionOf: (request: FastifyRequest) => number | null
  /** See `HttpCallOptions.keepLogin`. */
  readonly keepLogin: (request: FastifyRequest, reply: FastifyReply) => () => void
  readonly capabilities: readonly string[]
}

/** Checks that reject a request depending on who makes it. */
export type Checks = {
  readonly [Each in Name]?: (input: CheckedInputOf<Each>, request: FastifyRequest) => Promise<void>
}

/** All operations except those about the client's access, and the open ones, whose answers depend on who asks. */
const TABLE: OperationTable = Object.fromEntries(
  Object.entries<OperationTable[string]>(OPERATIONS).filter(
    ([name, { isOpen }]) => !(name in ACCESS.operations) && !isOpen,
  ),
)

export function addOperations(
  scope: FastifyInstance,
  { operationsFor, sessionOf, keepLogin, capabilities }: OperationParts,
  checks: Checks,
): void {
  addOperationRoutes(scope, {
    ...{ table: TABLE, absent: absentOperations(capabilities), operationsFor, checks },
    admit: async (_operation, request, reply): Promise<HttpCallOptions> => ({
      session: () => sessionOf(request),
      keepLogin: () => keepLogin(request, reply),
    }),
  })
}

/** Operations of the capabilities that do not run. */
export function absentOperations(capabilities: readonly string[]): ReadonlySet<string> {
  const absent = CONTRACTS.filter(({ name }) => !capabilities.includes(name))
  return new Set(absent.flatMap(({ operations = {} }: Contract) => Object.keys(operations)))
}
