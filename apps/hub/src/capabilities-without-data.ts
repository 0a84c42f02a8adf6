import { health } from './health/capability.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { metrics } from './metrics/capability.ts'
import { pages } from './pages/capability.ts'
import { stun } from './stun/capability.ts'
import { tracker } from './tracker/capability.ts'

/**
 * The capabilities that store nothing, one per line: all that a tracker-only hub has. They do not
 * load the code for databases and operations.
 */
export const CAPABILITIES_WITHOUT_DATA: readonly AnyCapability[] = [tracker, stun, pages, metrics, health]
