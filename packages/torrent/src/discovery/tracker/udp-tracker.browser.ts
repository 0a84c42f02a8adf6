import { TrackerError, type TrackerProtocol } from './tracker.ts'

/** Browsers have no datagrams: every call rejects with `unsupported`. */
export class UdpTracker implements TrackerProtocol {
  readonly timeLimitMs = 1000

  async announce(): Promise<never> {
    throw unsupported()
  }

  async scrape(): Promise<never> {
    throw unsupported()
  }

  async close(): Promise<void> {}
}

function unsupported(): TrackerError {
  return new TrackerError('unsupported', 'Browsers have no UDP: use WebSocket trackers here, or run a node')
}
