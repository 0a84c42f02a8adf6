import type { RoomsGiven, ServiceLimits } from './contracts.ts'
import type { Follower } from './feed.ts'
import type { Feeds } from './feeds.ts'
import type { SlowMode } from './slow-mode.ts'
import type { Wake } from './wake.ts'

/** State shared by all sessions of a process. */
export interface Shared {
  readonly given: RoomsGiven
  readonly limits: ServiceLimits
  readonly feeds: Feeds
  readonly slowMode: SlowMode
  /** Notifies the other processes, and the clients of this one except for one. */
  wake(wake: Wake, except?: Follower): void
}
