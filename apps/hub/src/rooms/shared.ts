import type { RoomsGiven, ServiceLimits } from './contracts.ts'
import type { Follower } from './feed.ts'
import type { Feeds } from './feeds.ts'
import type { SlowMode } from './slow-mode.ts'
import type { Wake } from './wake.ts'

/** All sessions of a process share this. */
export interface Shared {
  readonly given: RoomsGiven
  readonly limits: ServiceLimits
  readonly feeds: Feeds
  readonly slowMode: SlowMode
  /** Tells the other processes, and the clients of this one, except one. */
  wake(wake: Wake, except?: Follower): void
}
