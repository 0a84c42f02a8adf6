import type { HubContract } from './contract.ts'
import { ACCOUNTS } from './contracts/accounts.ts'
import { HUB } from './contracts/hub.ts'
import { KEY_PACKAGES } from './contracts/key-packages.ts'
import { LISTINGS } from './contracts/listings.ts'
import { LOGIN } from './contracts/login.ts'
import { MEMBER_DATA } from './contracts/member-data.ts'
import { MODERATION } from './contracts/moderation.ts'
import { ROOMS } from './contracts/rooms.ts'
import { TRACKER } from './contracts/tracker.ts'
import { TRACKER_KEYS } from './contracts/tracker-keys.ts'

/** The contracts of a hub's capabilities, one per line, in the order of the documentation. */
export const HUB_CONTRACTS = [
  HUB,
  LOGIN,
  ACCOUNTS,
  TRACKER,
  TRACKER_KEYS,
  LISTINGS,
  MEMBER_DATA,
  MODERATION,
  ROOMS,
  KEY_PACKAGES,
] as const satisfies readonly HubContract[]
