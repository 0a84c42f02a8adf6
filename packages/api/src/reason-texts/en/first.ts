import connections from './connections.ts'
import feeds from './feeds.ts'
import storage from './storage.ts'
import system from './system.ts'
import torrents from './torrents.ts'

/** Lists of torrents show these texts: pages load them before their first screen. */
const reasons = {
  ...connections,
  ...feeds,
  ...storage,
  ...system,
  ...torrents,
} as const

export default reasons
