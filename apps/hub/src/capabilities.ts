import { about } from './about/capability.ts'
import { accounts } from './accounts/capability.ts'
import { CAPABILITIES_WITHOUT_DATA } from './capabilities-without-data.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { keyPackages } from './key-packages/capability.ts'
import { listings } from './listings/capability.ts'
import { login } from './login/capability.ts'
import { memberData } from './member-data/capability.ts'
import { moderation } from './moderation/capability.ts'
import { rooms } from './rooms/capability.ts'
import { trackerKeys } from './tracker-keys/capability.ts'

/** The capabilities, one per line. The order does not matter: each starts after those it needs. */
export const CAPABILITIES: readonly AnyCapability[] = [
  ...CAPABILITIES_WITHOUT_DATA,
  trackerKeys,
  about,
  login,
  accounts,
  rooms,
  listings,
  moderation,
  memberData,
  keyPackages,
]
