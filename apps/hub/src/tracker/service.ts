import { service } from '@shoal/daemon/capability'
import type { TrackerFronts } from './fronts.ts'

/** The tracker and the hub's ports, on which it listens for all other capabilities, too. */
export const TRACKER_FRONTS = service<TrackerFronts>('tracker-fronts')
