import { LsdDiscovery } from '#lsd'
import { SessionDht } from '#session-dht'
import { ShoalError } from '../base/errors.ts'
import type { DhtDiscovery } from '../discovery/dht/dht.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import { TrackerDiscovery } from '../discovery/tracker/trackers.ts'
import type { SessionOptions } from '../session-api.ts'
import type { SessionDiscovery, TorrentDiscoveries } from './context.ts'
import type { DiscoveriesContext } from './discoveries-context.ts'

/** The discoveries of a session. */
export class Discoveries implements TorrentDiscoveries {
  readonly #context: DiscoveriesContext
  #trackers: TrackerDiscovery | null = null
  readonly #dht: SessionDht
  #lsd: LsdDiscovery | null = null

  private constructor(options: SessionOptions, context: DiscoveriesContext) {
    this.#context = context
    this.#dht = new SessionDht(options, context)
  }

  static async open(options: SessionOptions, context: DiscoveriesContext): Promise<Discoveries> {
    const { trackers = true, dht = true, lsd = true } = options
    const discoveries = new Discoveries(options, context)
    if (trackers) await discoveries.turn('tracker', true)
    if (dht) await discoveries.turn('dht', true)
    if (lsd) await discoveries.turn('lsd', true)
    return discoveries
  }

  has(kind: SessionDiscovery): boolean {
    return { tracker: this.#trackers, dht: this.#dht.node, lsd: this.#lsd }[kind] !== null
  }

  /**
   * Starts a discovery that is off, or closes one that is on, which its torrents must have left.
   */
  async turn(kind: SessionDiscovery, on: boolean): Promise<void> {
    if (this.has(kind) === on) return
    if (kind === 'dht') return on ? this.#dht.start() : this.#dht.stop()
    const closing = kind === 'tracker' ? this.#trackers : this.#lsd
    if (kind === 'tracker') this.#trackers = on ? new TrackerDiscovery(this.#context) : null
    else this.#lsd = on ? new LsdDiscovery(this.#context) : null
    await closing?.close()
  }

  /** Throws `unsupported` while the DHT is off. */
  get dht(): DhtDiscovery {
    const { node } = this.#dht
    if (!node) throw new ShoalError('unsupported', 'The DHT is off: turn it on to use its items')
    return node
  }

  /** Sets `SessionOptions.dhtNodes` for the next time that the DHT is turned on. */
  joinThrough(nodes: SessionOptions['dhtNodes']): void {
    this.#dht.nodes = nodes
  }

  /** UDP port of our DHT node; 0 without one. */
  get dhtPort(): number {
    return this.#dht.port
  }

  /** Number of DHT nodes that answer, of both address families; null without a DHT. */
  get dhtNodes(): number | null {
    return this.#dht.goodNodes
  }

  join(
    kind: SessionDiscovery,
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    trackers: readonly (readonly string[])[],
  ): Membership | null {
    if (kind === 'dht') return this.#dht.node?.join(topic, sink) ?? null
    if (kind === 'lsd')
      return topic.port > 0 ? (this.#lsd?.join(localTopic(topic, this.#context), sink) ?? null) : null
    return trackers.length > 0 ? (this.#trackers?.join(topic, sink, { tiers: trackers }) ?? null) : null
  }

  networkChanged(): void {
    this.#trackers?.networkChanged()
  }

  addDhtNode(host: string, port: number): void {
    this.#dht.node?.addNode(host, port)
  }

  async close(): Promise<void> {
    await this.#dht.stop()
    await Promise.all([this.#trackers?.close(), this.#lsd?.close()])
  }
}

/** In the local network, no router translates our port. */
function localTopic(topic: DiscoveryTopic, context: DiscoveriesContext): DiscoveryTopic {
  const { infoHash, peerId } = topic
  return {
    infoHash,
    peerId,
    get port() {
      return context.port
    },
    totals: () => topic.totals(),
    wanted: () => topic.wanted(),
    paused: () => topic.paused(),
  }
}
