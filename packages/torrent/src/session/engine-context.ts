import { createFileStorage, HandlePool } from '#file-storage'
import type { PeerClass } from '../api.ts'
import { isLocalAddress } from '../base/local-address.ts'
import { LimitChain, type RateLimitPair } from '../base/rate-limit.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { SessionOptions, SessionSettings } from '../session-api.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { Storage } from '../storage/storage.ts'
import { BlockCache } from '../swarm/block-cache.ts'
import type { HandshakeTopic } from '../swarm/handshakes.ts'
import { PieceMemory } from '../swarm/piece-memory.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import type { HttpRanges } from '../transport/http/http-ranges.ts'
import { SharedDatagrams } from '../transport/shared-datagrams.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import { TransportSet } from '../transport/transport-set.ts'
import { generatePeerId } from '../wire/peer-id.ts'
import { ActiveTorrents } from './active-torrents.ts'
import { ClassLimits } from './class-limits.ts'
import type { SessionContext, SessionDiscovery, StoragePlace } from './context.ts'
import { Dialer } from './dialer.ts'
import type { Discoveries } from './discoveries.ts'
import { type Environment, sessionTransports } from './environment.ts'

const DEFAULT_MAX_CONNECTIONS = 500
const DEFAULT_MAX_PER_TORRENT = 100
const DEFAULT_UPLOAD_SLOTS = 8
/** Connections to one torrent from one address of the internet: several people may share it behind a router. */
const MAX_PER_PUBLIC_HOST = 3
/** Blocks kept in memory to be sent. */
const CACHE_BYTES = 32 * 1024 * 1024

/** What the torrents of a session share, as the session's options and its environment make it. */
export class EngineContext implements SessionContext {
  readonly clock: Environment['clock']
  readonly random: Environment['random']
  readonly cache = new BlockCache({ maxBytes: CACHE_BYTES })
  readonly memory = new PieceMemory()
  readonly active: ActiveTorrents
  readonly peerId: Uint8Array
  readonly userAgent: string
  encryption: NonNullable<SessionOptions['encryption']> = 'prefer'
  pex = true
  uploadSlots = DEFAULT_UPLOAD_SLOTS
  maxPeersPerTorrent = DEFAULT_MAX_PER_TORRENT
  maxConnections = DEFAULT_MAX_CONNECTIONS
  readonly limits: ClassLimits
  readonly transports: TransportSet
  /** The UDP ports that the DHT and transports share. */
  readonly datagrams: SharedDatagrams
  /** Set while the session opens. */
  listenPort = 0
  resume: ResumeStore | null = null
  discoveries: Discoveries | null = null
  /** Payload since the session was opened. */
  downloadedBytes = 0
  uploadedBytes = 0
  /** Somebody from beyond the local network has connected to us. */
  isReachable = false
  readonly #environment: Environment
  readonly #handles = new HandlePool()
  readonly #dialer: Dialer
  #hashPool: HashPool | null = null

  constructor(options: SessionOptions, environment: Environment) {
    const { clock, random } = environment
    this.clock = clock
    this.random = random
    this.peerId = generatePeerId(random)
    this.userAgent = options.userAgent ?? 'Shoal/0.1.0'
    this.configure(options)
    this.limits = new ClassLimits(clock, options.limits ?? {})
    this.#environment = environment
    this.datagrams = new SharedDatagrams(environment.openDatagram)
    const services = { clock, random, datagrams: this.datagrams }
    this.transports = new TransportSet(clock, sessionTransports(environment, services))
    this.active = new ActiveTorrents(clock)
    const { peerId } = this
    const live = { policy: () => this.encryption, dht: () => this.dhtPort > 0 }
    this.#dialer = new Dialer({ clock, random, transports: this.transports, peerId, ...live })
  }

  /** What is left out stays as it is. */
  configure(changes: SessionSettings): void {
    this.encryption = changes.encryption ?? this.encryption
    this.pex = changes.pex ?? this.pex
    this.uploadSlots = changes.uploadSlots ?? this.uploadSlots
    this.maxPeersPerTorrent = changes.maxConnectionsPerTorrent ?? this.maxPeersPerTorrent
    this.maxConnections = changes.maxConnections ?? this.maxConnections
  }

  get hashPool(): HashPool {
    this.#hashPool ??= this.#environment.createHashPool({ clock: this.clock })
    return this.#hashPool
  }

  get dhtPort(): number {
    return this.discoveries?.dhtPort ?? 0
  }

  /** Whether a further connection fits. */
  get hasRoom(): boolean {
    return this.active.connections + this.#dialer.halfOpen < this.maxConnections
  }

  /** Connections being made. */
  get halfOpen(): number {
    return this.#dialer.halfOpen
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.downloadedBytes += downloaded
    this.uploadedBytes += uploaded
  }

  maxPeersPerHost(host: string): number {
    return isLocalAddress(host) ? this.maxPeersPerTorrent : MAX_PER_PUBLIC_HOST
  }

  createStorage({ memory, ...place }: StoragePlace): Storage {
    if (memory) return this.#environment.createMemoryStorage(place.layout)
    return createFileStorage({ ...place, handles: this.#handles })
  }

  mayDial(): boolean {
    return this.#dialer.hasRoom && this.hasRoom
  }

  dial(address: PeerAddress, topic: HandshakeTopic, signal: AbortSignal): Promise<ReadyConnection> {
    return this.#dialer.dial(address, topic, signal)
  }

  throttles(
    { kind, remote }: Connection,
    torrentLimits: RateLimitPair,
  ): { download: LimitChain; upload: LimitChain } {
    const classes: PeerClass[] = isLocalAddress(remote.host) ? ['local', kind] : ['internet', kind]
    const chain = (way: 'download' | 'upload') =>
      new LimitChain(this.clock, [...this.limits.of(way, classes), torrentLimits[way]])
    return { download: chain('download'), upload: chain('upload') }
  }

  webSeedThrottle(host: string, torrentLimits: RateLimitPair): LimitChain {
    const classes: PeerClass[] = [
      'webseed',
      isLocalAddress(host) || host === 'localhost' ? 'local' : 'internet',
    ]
    return new LimitChain(this.clock, [...this.limits.of('download', classes), torrentLimits.download])
  }

  openHttpRanges(): HttpRanges {
    return this.#environment.openHttpRanges({ userAgent: this.userAgent })
  }

  joinDiscovery(
    kind: SessionDiscovery,
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    trackers: readonly (readonly string[])[],
  ): Membership | null {
    return this.discoveries?.join(kind, topic, sink, trackers) ?? null
  }

  async resolve(host: string, signal: AbortSignal): Promise<string[]> {
    const addresses = await this.#environment.resolveHost(host, { signal })
    return addresses.map(address => address.host)
  }

  onDhtNode(host: string, port: number): void {
    this.discoveries?.addDhtNode(host, port)
  }

  /** After the torrents were closed. */
  async close(): Promise<void> {
    this.active.close()
    const transports = this.transports.all.map(transport => transport.close())
    await Promise.all([this.discoveries?.close(), ...transports])
    await Promise.all([this.#hashPool?.close(), this.resume?.close()])
    this.limits.close()
  }
}
