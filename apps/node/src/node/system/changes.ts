import { type NodeOperations, OPERATIONS, type Operation, type OperationName } from '@shoal/api'

/** Calls `assertRoom` before each operation that stores something, which it can refuse. */
export function whileRoom(operations: NodeOperations, assertRoom: () => void): NodeOperations {
  const guarded = Object.entries(operations).map(([name, call]) => {
    const { effect, evenIfFull }: Operation = OPERATIONS[name as OperationName]
    if (evenIfFull || effect === 'read' || effect === 'outside') return [name, call]
    return [
      name,
      async (...given: never[]) => {
        assertRoom()
        return (call as (...given: never[]) => Promise<unknown>)(...given)
      },
    ]
  })
  return Object.fromEntries(guarded)
}
