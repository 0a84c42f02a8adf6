import { NoTracker } from './no-tracker.ts'

/** Browsers have no datagrams. */
export class UdpTracker extends NoTracker {
  constructor() {
    super('Browsers have no UDP: use WebSocket trackers here, or run a node')
  }
}
