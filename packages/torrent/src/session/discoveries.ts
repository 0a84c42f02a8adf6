import type { SessionOptions } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import { parseHostPort } from '../base/ip.ts'
import { type DhtDiscovery, openDht, WELL_KNOWN_NODES } from '../discovery/dht/dht.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import { LsdDiscovery } from '../discovery/lsd.ts'
import { TrackerDiscovery } from '../discovery/tracker/trackers.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { Environment } from './environment.ts'

export interface DiscoveriesContext extends Environment {
  readonly userAgent: string
  /** Port that accepts peers: the DHT takes the same for UDP where it can. */
  readonly port: number
  /** Where the DHT's nodes are kept between runs; null keeps none. */
  readonly store: ResumeStore | null
}

/** All discoveries of a session. */
export class Discoveries {
  readonly #trackers: TrackerDiscovery | null
  readonly #dht: DhtDiscovery | null
  readonly #lsd: LsdDiscovery | null

  private constructor(trackers: TrackerDiscovery | null, dht: DhtDiscovery | null, lsd: LsdDiscovery | null) {
    this.#trackers = trackers
    this.#dht = dht
    this.#lsd = lsd
  }

  static async open(options: SessionOptions, context: DiscoveriesContext): Promise<Discoveries> {
    const { trackers = true, dht = true, lsd = true } = options
    return new Discoveries(
      trackers ? new TrackerDiscovery(context) : null,
      dht ? await startDht(options, context) : null,
      lsd ? new LsdDiscovery(context) : null,
    )
  }

  /** UDP port of our DHT node, 0 without one. */
  get dhtPort(): number {
    return this.#dht?.port(4) || this.#dht?.port(6) || 0
  }

  /** Nodes of the DHT that answer us. */
  get dhtNodes(): number {
    return this.#dht?.nodes.reduce((sum, node) => sum + node.status.nodes, 0) ?? 0
  }

  /** Joins a torrent to what it may use: a private one only to its trackers (BEP 27). */
  join(
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    options: { private: boolean; trackers: readonly (readonly string[])[] },
  ): Membership[] {
    const members: Membership[] = []
    if (this.#trackers && options.trackers.length > 0)
      members.push(this.#trackers.join(topic, sink, { tiers: options.trackers }))
    if (options.private) return members
    if (this.#dht) members.push(this.#dht.join(topic, sink))
    if (this.#lsd && topic.port > 0) members.push(this.#lsd.join(topic, sink))
    return members
  }

  addDhtNode(host: string, port: number): void {
    this.#dht?.addNode(host, port)
  }

  async close(): Promise<void> {
    await Promise.all([this.#trackers?.close(), this.#dht?.close(), this.#lsd?.close()])
  }
}

async function startDht(options: SessionOptions, context: DiscoveriesContext): Promise<DhtDiscovery | null> {
  const { clock, random, openDatagram, resolveHost, port } = context
  const bootstrap = options.dhtNodes?.map(text => {
    const node = parseHostPort(text)
    if (!node) throw new ShoalError('bad-argument', `${text} is no DHT node: give host:port`)
    return node
  })
  const open = (at: number) =>
    openDht({
      clock,
      random,
      openDatagram,
      resolve: resolveHost,
      port: at,
      bootstrap: bootstrap ?? WELL_KNOWN_NODES,
      ...(options.host === undefined ? {} : { hosts: [hostOf(options.host)] }),
    })
  try {
    return await open(port).catch(error => {
      // The number is free for TCP but may be taken for UDP.
      if (port === 0) throw error
      return open(0)
    })
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'unsupported') return null
    throw error
  }
}

function hostOf(host: string): { family: 4 | 6; host: string } {
  return { family: host.includes(':') ? 6 : 4, host }
}
