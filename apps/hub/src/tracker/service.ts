import { service } from '@shoal/daemon/capability'
import type { TrackerFronts } from './fronts.ts'

/** The tracker, for capabilities that stand on it. */
export const TRACKER_FRONTS = service<TrackerFronts>('tracker-fronts')
