/** Adds the routes of the node's operations. */
import {
  ACCESS,
  CONTRACTS,
  type Contract,
  type NodeOperations,
  OPERATIONS,
  type OperationTable,
} from '@shoal/api'
import { addOperationRoutes } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpCallOptions } from '../../kernel/contract.ts'

export interface OperationParts {
  /** Returns the operations with the permissions of the request's sender. */
  readonly operationsFor: (request: FastifyRequest) => NodeOperations
  /** Returns the login session of a request; null for other credentials. */
  readonly sessionOf: (request: FastifyRequest) => number | null
  /** See `HttpCallOptions.keepLogin`. */
  readonly keepLogin: (request: FastifyRequest, reply: FastifyReply) => () => void
  /** See `HttpCallOptions.provePassword`. */
  readonly provePassword: (request: FastifyRequest, present: string | undefined) => Promise<void>
  readonly capabilities: readonly string[]
}

/**
 * All operations except those on the client's access, and the public ones, whose answers depend on
 * the client.
 */
const TABLE: OperationTable = Object.fromEntries(
  Object.entries<OperationTable[string]>(OPERATIONS).filter(
    ([name, { access }]) => !(name in ACCESS.operations) && access !== 'open',
  ),
)

export function addOperations(
  scope: FastifyInstance,
  { operationsFor, sessionOf, keepLogin, provePassword, capabilities }: OperationParts,
): void {
  addOperationRoutes(scope, {
    ...{ table: TABLE, absent: absentOperations(capabilities), operationsFor },
    admit: async (_operation, request, reply): Promise<HttpCallOptions> => ({
      session: () => sessionOf(request),
      keepLogin: () => keepLogin(request, reply),
      provePassword: present => provePassword(request, present),
    }),
  })
}

/** Operations of capabilities that are not running. */
export function absentOperations(capabilities: readonly string[]): ReadonlySet<string> {
  const absent = CONTRACTS.filter(({ name }) => !capabilities.includes(name))
  return new Set(absent.flatMap(({ operations = {} }: Contract) => Object.keys(operations)))
}
