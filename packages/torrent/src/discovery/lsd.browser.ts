import { ShoalError } from '../base/errors.ts'

/** Browsers cannot ask the local network. */
export class LsdDiscovery {
  readonly kind = 'lsd'

  /** Throws `unsupported`. Who accepts no connections, as in a page, has no reason to call it. */
  join(): never {
    throw new ShoalError('unsupported', 'browsers cannot ask the local network: use WebSocket trackers here')
  }

  async close(): Promise<void> {}
}
