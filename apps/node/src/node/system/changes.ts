import { type NodeOperations, OPERATIONS, type OperationName } from '@shoal/api'

/** Operations that change nothing that is stored, make room, or keep others out. */
const HARMLESS: ReadonlySet<OperationName> = new Set([
  'addPeers',
  'cancelJob',
  'cancelUpload',
  'closeUp',
  'previewTorrent',
  'restartNode',
  'stopNode',
])

/** Calls `assertRoom` before each change, which it can refuse. */
export function whileRoom(operations: NodeOperations, assertRoom: () => void): NodeOperations {
  const guarded = Object.entries(operations).map(([name, operation]) => {
    const isChange =
      OPERATIONS[name as OperationName].method !== 'GET' && !HARMLESS.has(name as OperationName)
    if (!isChange) return [name, operation]
    return [
      name,
      async (...given: never[]) => {
        assertRoom()
        return (operation as (...given: never[]) => Promise<unknown>)(...given)
      },
    ]
  })
  return Object.fromEntries(guarded)
}
