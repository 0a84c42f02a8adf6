import type english from '../en/index.ts'
import connections from './connections.ts'
import feeds from './feeds.ts'
import inputs from './inputs.ts'
import node from './node.ts'
import sharing from './sharing.ts'
import storage from './storage.ts'
import system from './system.ts'
import torrents from './torrents.ts'

/** The same in German. */
const reasons: Record<keyof typeof english, string> = {
  ...connections,
  ...feeds,
  ...inputs,
  ...node,
  ...sharing,
  ...storage,
  ...system,
  ...torrents,
}

export default reasons
