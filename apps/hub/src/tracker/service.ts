import { service } from '@shoal/daemon/capability'
import type { TrackerFronts } from './fronts.ts'

/** The tracker and the ports of the hub, which it listens at for all others, too. */
export const TRACKER_FRONTS = service<TrackerFronts>('tracker-fronts')
