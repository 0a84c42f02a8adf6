import type english from '../en/more.ts'
import access from './access.ts'
import chat from './chat.ts'
import hubs from './hubs.ts'
import inputs from './inputs.ts'
import metainfo from './metainfo.ts'
import node from './node.ts'
import ofCapabilities from './of-capabilities.ts'
import people from './people.ts'
import sealed from './sealed.ts'
import sharing from './sharing.ts'
import shoalNetwork from './shoal-network.ts'
import sources from './sources.ts'

/** No first screen needs these texts. */
const reasons: Record<keyof typeof english, string> = {
  ...access,
  ...chat,
  ...hubs,
  ...inputs,
  ...metainfo,
  ...node,
  ...people,
  ...sealed,
  ...sharing,
  ...shoalNetwork,
  ...sources,
  ...ofCapabilities,
}

export default reasons
