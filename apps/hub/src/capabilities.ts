import { about } from './about/capability.ts'
import { accounts } from './accounts/capability.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { keyPackages } from './key-packages/capability.ts'
import { listings } from './listings/capability.ts'
import { login } from './login/capability.ts'
import { memberData } from './member-data/capability.ts'
import { moderation } from './moderation/capability.ts'
import { rooms } from './rooms/capability.ts'
import { tracker } from './tracker/capability.ts'
import { trackerKeys } from './tracker-keys/capability.ts'

/** The capabilities, one per line. The order does not matter: each starts after those it needs. */
export const CAPABILITIES: readonly AnyCapability[] = [
  tracker,
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
