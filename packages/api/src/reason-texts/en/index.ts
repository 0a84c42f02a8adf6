import access from './access.ts'
import chat from './chat.ts'
import connections from './connections.ts'
import feeds from './feeds.ts'
import hubs from './hubs.ts'
import inputs from './inputs.ts'
import metainfo from './metainfo.ts'
import node from './node.ts'
import people from './people.ts'
import sealed from './sealed.ts'
import sharing from './sharing.ts'
import shoalNetwork from './shoal-network.ts'
import sources from './sources.ts'
import storage from './storage.ts'
import system from './system.ts'
import torrents from './torrents.ts'

/**
 * The messages of engine, node and hub about what failed, by reason, in English. `{why}` may be another one of them, or the words of the system
 * or another server.
 */
const reasons = {
  ...access,
  ...chat,
  ...connections,
  ...feeds,
  ...hubs,
  ...inputs,
  ...metainfo,
  ...node,
  ...people,
  ...sealed,
  ...sharing,
  ...shoalNetwork,
  ...sources,
  ...storage,
  ...system,
  ...torrents,
} as const

export default reasons
