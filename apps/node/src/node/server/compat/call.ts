import { type InputOf, type NodeOperations, OPERATIONS, type OutputOf } from '@shoal/api'
import { describeIssue } from '@shoal/api/issues'
import { Failure } from '@shoal/daemon/failure'

type Name = keyof NodeOperations

/**
 * Calls an operation of the node; the input from a foreign client is checked against the contract
 * first. Rejects with `bad-request`.
 */
export type Call = <Asked extends Name>(name: Asked, input: InputOf<Asked>) => Promise<OutputOf<Asked>>

export function createCall(operations: NodeOperations): Call {
  return async (name, input) => {
    const parsed = OPERATIONS[name].input.safeParse(input)
    if (!parsed.success) {
      const { field, message } = describeIssue(parsed.error, input)
      throw new Failure('bad-request', `${field}: ${message}`, { field })
    }
    // The table types each name separately, which TypeScript cannot follow through a variable.
    const operation = operations[name] as (input: unknown) => Promise<never>
    return operation(parsed.data)
  }
}

/** Returns the code of an error of the node. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'internal'
}

/**
 * Returns whether this is one of the node's own errors, whose messages are meant for users: error
 * codes of Node and the system are in capitals.
 */
export function isForeseen(error: unknown): boolean {
  return /^[a-z-]+$/.test(codeOf(error)) && codeOf(error) !== 'internal'
}
