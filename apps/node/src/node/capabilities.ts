import { CHAT } from './chat/capability.ts'
import { COMPLETION } from './completion/capability.ts'
import { CONTACTS } from './contacts/capability.ts'
import { DEVICES } from './devices/capability.ts'
import { FINDABLE } from './findable/capability.ts'
import { HUBS } from './hubs/capability.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { NETWORK } from './network/capability.ts'
import { NETWORK_SEARCH } from './network-search/capability.ts'
import { OF_CAPABILITIES } from './of-capabilities.ts'
import { PEOPLE } from './people/capability.ts'
import { PUBLICATIONS } from './publications/capability.ts'
import { REACH } from './reach/capability.ts'
import { SCHEDULE } from './schedule/capability.ts'
import { SEALED } from './sealed/capability.ts'
import { SEARCH } from './search/capability.ts'
import { SEEDING } from './seeding/capability.ts'
import { SHARING } from './sharing/capability.ts'
import { SOURCES } from './sources/capability.ts'
import { TORRENTS } from './torrents/capability.ts'
import { TRACKER } from './tracker/capability.ts'
import { TRANSFERS } from './transfers/capability.ts'

/**
 * All capabilities of a node, one per line. They start in this order, but never before those that
 * they need.
 */
export const CAPABILITIES: readonly AnyCapability[] = [
  PEOPLE,
  DEVICES,
  TORRENTS,
  SEARCH,
  TRANSFERS,
  SEALED,
  SOURCES,
  TRACKER,
  REACH,
  NETWORK,
  CONTACTS,
  HUBS,
  CHAT,
  FINDABLE,
  NETWORK_SEARCH,
  SHARING,
  SCHEDULE,
  SEEDING,
  COMPLETION,
  PUBLICATIONS,
  ...OF_CAPABILITIES,
]
