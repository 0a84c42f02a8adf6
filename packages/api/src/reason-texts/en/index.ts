import connections from './connections.ts'
import feeds from './feeds.ts'
import inputs from './inputs.ts'
import node from './node.ts'
import sharing from './sharing.ts'
import storage from './storage.ts'
import system from './system.ts'
import torrents from './torrents.ts'

/**
 * The messages of engine, node and hub about what failed, by reason, in English. `{why}` may be another one of them, or the words of the system
 * or another server.
 */
const reasons = {
  ...connections,
  ...feeds,
  ...inputs,
  ...node,
  ...sharing,
  ...storage,
  ...system,
  ...torrents,
} as const

export default reasons
