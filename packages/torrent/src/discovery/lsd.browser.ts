import { ShoalError } from '../base/errors.ts'

/** Browsers have no multicast. */
export class LsdDiscovery {
  readonly kind = 'lsd'

  /** Throws `unsupported`. Never called in practice, since a page accepts no connections. */
  join(): never {
    throw new ShoalError('unsupported', 'Browsers have no UDP: use WebSocket trackers here, or run a node')
  }

  async close(): Promise<void> {}
}
