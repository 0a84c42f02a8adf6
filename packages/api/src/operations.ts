import type { z } from 'zod'
import { type CallOptions, type Contract, joinOperations, type Operation } from './contract.ts'
import { ACCESS } from './contracts/access.ts'
import { CONTRACTS } from './contracts.ts'
import { SYSTEM } from './system.ts'

/** All contracts of a node: of its capabilities, of the node as a whole, and of the HTTP server. */
export const ALL_CONTRACTS = [...CONTRACTS, SYSTEM, ACCESS] as const

/** All operations by name, except for byte routes (bytes.ts). */
export const OPERATIONS = joinOperations(ALL_CONTRACTS)

export type OperationName = keyof typeof OPERATIONS
/** The input as passed by a caller: members with a default can be omitted. */
export type InputOf<Name extends OperationName> = z.input<(typeof OPERATIONS)[Name]['input']>
/** The input as received by an implementation: validated, with the defaults filled in. */
export type CheckedInputOf<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['input']>
export type OutputOf<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['output']>

/**
 * A node as seen by its callers. The typed client and the simulated node implement it. Rejects with
 * an ApiError.
 */
export type NodeApi = {
  [Name in OperationName]: (input: InputOf<Name>, options?: CallOptions) => Promise<OutputOf<Name>>
}

/**
 * The operations of a contract as functions. Inputs are validated. They reject with errors that
 * carry a `code`.
 */
export type Implemented<It extends Contract> = {
  [Name in keyof ReturnType<typeof joinOperations<readonly It[]>> & OperationName]: (
    input: CheckedInputOf<Name>,
    options?: CallOptions,
  ) => Promise<OutputOf<Name>>
}

/** A node as seen by the HTTP server: all operations except those of ACCESS. */
export type NodeOperations = Implemented<Exclude<(typeof ALL_CONTRACTS)[number], typeof ACCESS>>

/** Chapters of the API documentation, in order. */
export const AREAS: readonly string[] = [
  ...new Set(Object.values<Operation>(OPERATIONS).map(({ area }) => area)),
]

/** Names of commands that need a node. */
export type CommandName = (typeof ALL_CONTRACTS)[number] extends infer Each
  ? Each extends { readonly commands: readonly (infer Name)[] }
    ? Name
    : never
  : never
