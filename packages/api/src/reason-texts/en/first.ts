import connections from './connections.ts'
import feeds from './feeds.ts'
import storage from './storage.ts'
import system from './system.ts'
import torrents from './torrents.ts'

/** What a list of torrents shows: pages load these texts before their first screen, and the others after it. */
const reasons = {
  ...connections,
  ...feeds,
  ...storage,
  ...system,
  ...torrents,
} as const

export default reasons
