import type { Clock } from '../base/clock.ts'
import { AllowedFastLimiter } from './pieces/allowed-fast-limiter.ts'
import { Spreading } from './pieces/spreading.ts'
import type { Transfer } from './pieces/transfer.ts'
import type { SwarmContext, SwarmEvents, SwarmTorrent } from './swarm-context.ts'

/** Data that all parts of one swarm share. */
export class SwarmState {
  readonly context: SwarmContext
  readonly torrent: SwarmTorrent
  readonly events: SwarmEvents
  readonly clock: Clock
  readonly allowedFast = new AllowedFastLimiter()
  readonly spreading = new Spreading()
  /** Null while the metadata is unknown. */
  transfer: Transfer | null = null
  /** Bytes received from any source that we already had or did not request. */
  wastedBytes = 0

  constructor(context: SwarmContext, torrent: SwarmTorrent, events: SwarmEvents) {
    this.context = context
    this.torrent = torrent
    this.events = events
    this.clock = context.clock
  }

  /**
   * Whether we download nothing more (BEP 21). While nothing is selected yet, the peers found so
   * far stay.
   */
  get uploadOnly(): boolean {
    const { transfer } = this
    return transfer?.wanted.isFinished === true && !transfer.wanted.isUndecided
  }

  /** Whether peers are exchanged (BEP 11): never in private torrents (BEP 27). */
  get exchangesPeers(): boolean {
    return this.context.settings.pex && !this.torrent.isPrivate
  }

  /** Port of our DHT node; 0 without one, and for private torrents (BEP 27). */
  get dhtPort(): number {
    return this.torrent.isPrivate ? 0 : this.context.dhtPort
  }
}
