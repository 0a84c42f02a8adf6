import { NoTracker } from './no-tracker.ts'

/** HTTP trackers know peers by address, and pages connect to none by its address. */
export class HttpTracker extends NoTracker {
  constructor() {
    super('Pages cannot connect to peers of HTTP trackers: use WebSocket trackers here, or run a node')
  }
}
