import { add } from '../features/add/feature.ts'
import { chat } from '../features/chat/feature.ts'
import { dashboard } from '../features/dashboard/feature.ts'
import { devices } from '../features/devices/feature.ts'
import { hubs } from '../features/hubs/feature.ts'
import { network } from '../features/network/feature.ts'
import { people } from '../features/people/feature.ts'
import { published } from '../features/published/feature.ts'
import { reach } from '../features/reach/feature.ts'
import { search } from '../features/search/feature.ts'
import { settings } from '../features/settings/feature.ts'
import { torrents } from '../features/torrents/feature.ts'
import type { Feature } from '../shared/feature.ts'
import { FEATURES_OF_CAPABILITIES } from './of-capabilities.ts'

/**
 * All features of the console, in the order of the sections in the settings and of the tabs of a
 * torrent.
 */
export const FEATURES: readonly Feature[] = [
  torrents,
  dashboard,
  search,
  published,
  network,
  people,
  chat,
  hubs,
  reach,
  devices,
  settings,
  add,
  ...FEATURES_OF_CAPABILITIES,
]
