import { CHAT } from './contracts/chat.ts'
import { COMPLETION } from './contracts/completion.ts'
import { CONTACTS } from './contracts/contacts.ts'
import { DEVICES } from './contracts/devices.ts'
import { FINDABLE } from './contracts/findable.ts'
import { HUBS } from './contracts/hubs.ts'
import { NETWORK } from './contracts/network.ts'
import { NETWORK_SEARCH } from './contracts/network-search.ts'
import { CONTRACTS_OF_CAPABILITIES } from './contracts/of-capabilities.ts'
import { PEOPLE } from './contracts/people.ts'
import { PUBLICATIONS } from './contracts/publications.ts'
import { REACH } from './contracts/reach.ts'
import { SCHEDULE } from './contracts/schedule.ts'
import { SEALED } from './contracts/sealed.ts'
import { SEARCH } from './contracts/search.ts'
import { SEEDING } from './contracts/seeding.ts'
import { SHARING } from './contracts/sharing.ts'
import { SOURCES } from './contracts/sources.ts'
import { TORRENTS } from './contracts/torrents.ts'
import { TRACKER } from './contracts/tracker.ts'
import { TRANSFERS } from './contracts/transfers.ts'

/**
 * The capabilities, one per line. Operations, settings, events, documentation and client are
 * derived from it. The order is that of the documentation and of the settings page, not of the
 * start.
 */
export const CONTRACTS = [
  TORRENTS,
  SOURCES,
  SHARING,
  SEALED,
  TRANSFERS,
  TRACKER,
  NETWORK,
  REACH,
  PEOPLE,
  DEVICES,
  CONTACTS,
  HUBS,
  CHAT,
  SCHEDULE,
  SEEDING,
  COMPLETION,
  SEARCH,
  NETWORK_SEARCH,
  FINDABLE,
  PUBLICATIONS,
  ...CONTRACTS_OF_CAPABILITIES,
] as const
