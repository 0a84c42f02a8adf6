import access from './access.ts'
import chat from './chat.ts'
import feeds from './feeds.ts'
import hubs from './hubs.ts'
import inputs from './inputs.ts'
import metainfo from './metainfo.ts'
import node from './node.ts'
import people from './people.ts'
import sealed from './sealed.ts'
import sharing from './sharing.ts'
import shoalNetwork from './shoal-network.ts'

/** The texts that no first screen needs. */
const reasons = {
  ...access,
  ...chat,
  ...feeds,
  ...hubs,
  ...inputs,
  ...metainfo,
  ...node,
  ...people,
  ...sealed,
  ...sharing,
  ...shoalNetwork,
} as const

export default reasons
