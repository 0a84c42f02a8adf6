import { isDhtDatagram, openDht, WELL_KNOWN_NODES } from '#dht'
import { LsdDiscovery } from '#lsd'
import { ShoalError } from '../base/errors.ts'
import { formatIp, parseHostPort } from '../base/ip.ts'
import type { DhtDiscovery } from '../discovery/dht/dht.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import { TrackerDiscovery } from '../discovery/tracker/trackers.ts'
import type { SessionOptions } from '../session-api.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { SharedDatagrams } from '../transport/shared-datagrams.ts'
import type { Signaling } from '../transport/webrtc/peer-signaling.ts'
import type { SessionDiscovery } from './context.ts'
import type { Environment } from './environment.ts'

export interface DiscoveriesContext extends Environment {
  /** The UDP ports that the DHT shares with transports. */
  readonly datagrams: SharedDatagrams
  readonly userAgent: string
  /** Nothing that is sent may say who we are. */
  readonly isAnonymous: boolean
  /** A tracker or the DHT says what our address is. */
  readonly onExternalHost: (host: string, teller?: 'tracker' | 'dht') => void
  /** The signaling of WebRTC peers; null while WebRTC is off. */
  readonly signaling: () => Signaling | null
  /** Port that accepts peers. The DHT uses the same number for UDP if possible. */
  readonly port: number
  /** Stores the DHT's nodes between runs; null stores none. */
  readonly store: ResumeStore | null
}

/** The note that stores the DHT's state, and how often it is saved, for runs that end in a crash. */
const DHT_NOTE = 'dht'
const SAVE_DHT_MS = 15 * 60_000

/** The discoveries of a session. */
export class Discoveries {
  readonly #options: SessionOptions
  readonly #context: DiscoveriesContext
  #trackers: TrackerDiscovery | null = null
  #dht: DhtDiscovery | null = null
  #lsd: LsdDiscovery | null = null
  /** The DHT's state when it was last turned off. */
  #dhtState: Uint8Array | null = null
  #cancelSave: (() => void) | null = null

  private constructor(options: SessionOptions, context: DiscoveriesContext) {
    this.#options = options
    this.#context = context
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
    return { tracker: this.#trackers, dht: this.#dht, lsd: this.#lsd }[kind] !== null
  }

  /** Starts a discovery that is off, or closes one that is on, which its torrents must have left. */
  async turn(kind: SessionDiscovery, on: boolean): Promise<void> {
    if (this.has(kind) === on) return
    if (kind === 'dht') return on ? this.#startDht() : this.#stopDht()
    const closing = kind === 'tracker' ? this.#trackers : this.#lsd
    if (kind === 'tracker') this.#trackers = on ? new TrackerDiscovery(this.#context) : null
    else this.#lsd = on ? new LsdDiscovery(this.#context) : null
    await closing?.close()
  }

  async #startDht(): Promise<void> {
    const { store } = this.#context
    const state = this.#dhtState ?? (await store?.loadNote(DHT_NOTE)) ?? null
    this.#dht = await startDht(this.#options, this.#context, state)
    this.#saveLater()
  }

  async #stopDht(): Promise<void> {
    const dht = this.#dht
    this.#cancelSave?.()
    await this.#saveDht()
    this.#dhtState = dht?.state() ?? null
    this.#dht = null
    await dht?.close()
  }

  /** Throws `unsupported` while the DHT is off. */
  get dht(): DhtDiscovery {
    if (!this.#dht) throw new ShoalError('unsupported', 'The DHT is off: turn it on to use its items')
    return this.#dht
  }

  /** UDP port of our DHT node; 0 without one. */
  get dhtPort(): number {
    return this.#dht?.port(4) || this.#dht?.port(6) || 0
  }

  /** Number of DHT nodes that answer, of both address families; null without a DHT. */
  get dhtNodes(): number | null {
    return this.#dht?.nodes.reduce((sum, node) => sum + node.status.goodNodes, 0) ?? null
  }

  /** Joins a torrent. Returns null if that discovery is off or cannot be used. */
  join(
    kind: SessionDiscovery,
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    trackers: readonly (readonly string[])[],
  ): Membership | null {
    if (kind === 'dht') return this.#dht?.join(topic, sink) ?? null
    if (kind === 'lsd')
      return topic.port > 0 ? (this.#lsd?.join(localTopic(topic, this.#context), sink) ?? null) : null
    return trackers.length > 0 ? (this.#trackers?.join(topic, sink, { tiers: trackers }) ?? null) : null
  }

  networkChanged(): void {
    this.#trackers?.networkChanged()
  }

  addDhtNode(host: string, port: number): void {
    this.#dht?.addNode(host, port)
  }

  async close(): Promise<void> {
    await this.#stopDht()
    await Promise.all([this.#trackers?.close(), this.#lsd?.close()])
  }

  #saveLater(): void {
    const { clock, store } = this.#context
    if (!store || !this.#dht) return
    this.#cancelSave = clock.after(SAVE_DHT_MS, () => {
      void this.#saveDht()
      this.#saveLater()
    })
  }

  /** Saves the DHT's ID and nodes for the next run, unless it found none: what earlier runs found is then better. */
  async #saveDht(): Promise<void> {
    const { store, isAnonymous } = this.#context
    // Another session would take over the ID, and link the two.
    if (isAnonymous) return
    if (!store || !this.#dht?.nodes.some(node => node.status.goodNodes > 0)) return
    // Without it the next run only starts more slowly.
    await store.saveNote(DHT_NOTE, this.#dht.state()).catch(() => {})
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

async function startDht(
  options: SessionOptions,
  context: DiscoveriesContext,
  state: Uint8Array | null,
): Promise<DhtDiscovery | null> {
  const { clock, random, datagrams, resolveHost, port, isAnonymous, onExternalHost } = context
  const openDatagram = datagrams.protocol(isDhtDatagram)
  const bootstrap = options.dhtNodes?.map(text => {
    const node = parseHostPort(text)
    if (!node) throw new ShoalError('bad-argument', `${text} is not a DHT node: give host:port`)
    return node
  })
  const open = (at: number) =>
    openDht({
      clock,
      random,
      openDatagram,
      resolve: resolveHost,
      port: at,
      isAnonymous,
      onExternalIp: ip => onExternalHost(formatIp(ip), 'dht'),
      state,
      bootstrap: bootstrap ?? WELL_KNOWN_NODES,
      ...(options.host === undefined ? {} : { hosts: [bindAddress(options.host)] }),
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

function bindAddress(host: string): { family: 4 | 6; host: string } {
  return { family: host.includes(':') ? 6 : 4, host }
}
