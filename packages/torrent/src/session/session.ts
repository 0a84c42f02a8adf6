import { createFileStorage, HandlePool } from '#file-storage'
import { createHashPool } from '#hash-pool'
import { createResumeStore } from '#resume-store'
import type { AddOptions, PeerClass, RateLimits, SessionApi, SessionOptions, TorrentSource } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import { LimitChain } from '../base/rate-limit.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import { isLocalAddress } from '../discovery/tracker/local-address.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { Storage } from '../storage/storage.ts'
import { BlockCache } from '../swarm/block-cache.ts'
import { acceptPeer, type HandshakeTopic } from '../swarm/handshakes.ts'
import type { ReadyConnection } from '../swarm/swarm.ts'
import type { Connection, Listener, PeerAddress } from '../transport/transport.ts'
import { generatePeerId } from '../wire/peer-id.ts'
import { ClassLimits } from './class-limits.ts'
import type { SessionContext } from './context.ts'
import { Dialer, limited } from './dialer.ts'
import { Discoveries } from './discoveries.ts'
import { type Environment, resolveEnvironment, type SessionEnvironment } from './environment.ts'
import { Registry } from './registry.ts'
import { Restorer } from './restorer.ts'
import { readSource } from './sources.ts'
import { Torrent } from './torrent.ts'
import type { TorrentOrigin, TorrentPlace } from './torrent-origin.ts'
import { handshakeTopic } from './torrent-swarm.ts'

const DEFAULT_PORT = 6881
const DEFAULT_MAX_CONNECTIONS = 500
const DEFAULT_MAX_PER_TORRENT = 100
const DEFAULT_UPLOAD_SLOTS = 8
/** Connections to one torrent from one address of the internet: several people may share it behind a router. */
const MAX_PER_PUBLIC_HOST = 3
/** Blocks kept in memory to be sent. */
const CACHE_BYTES = 32 * 1024 * 1024
/** An incoming connection must have shaken hands by then; so many may be at it. */
const HANDSHAKE_LIMIT_MS = 15_000
const MAX_HANDSHAKES = 100
const TICK_MS = 1000

/** All torrents of one client: see api.ts for what each member promises. */
export class Session implements SessionApi, SessionContext {
  readonly clock: Environment['clock']
  readonly random: Environment['random']
  readonly cache = new BlockCache({ maxBytes: CACHE_BYTES })
  readonly peerId: Uint8Array
  readonly userAgent: string
  readonly encryption: NonNullable<SessionOptions['encryption']>
  readonly pex: boolean
  readonly uploadSlots: number
  readonly maxPeersPerTorrent: number
  readonly #options: SessionOptions
  readonly #environment: Environment
  readonly #registry = new Registry()
  readonly #handles = new HandlePool()
  readonly #limits: ClassLimits
  readonly #dialer: Dialer
  readonly #active = new Set<Torrent>()
  readonly #abort = new AbortController()
  #hashPool: HashPool | null = null
  #resume: ResumeStore | null = null
  #restorer: Restorer | null = null
  #listeners: Listener[] = []
  #discoveries: Discoveries | null = null
  #handshakes = 0
  #cancelTick: (() => void) | null = null
  #closing: Promise<void> | null = null

  private constructor(options: SessionOptions, environment: Environment) {
    this.#options = options
    this.#environment = environment
    this.clock = environment.clock
    this.random = environment.random
    this.peerId = generatePeerId(this.random)
    this.userAgent = options.userAgent ?? 'Shoal/0.1.0'
    this.encryption = options.encryption ?? 'prefer'
    this.pex = options.pex ?? true
    this.uploadSlots = options.uploadSlots ?? DEFAULT_UPLOAD_SLOTS
    this.maxPeersPerTorrent = options.maxConnectionsPerTorrent ?? DEFAULT_MAX_PER_TORRENT
    this.#limits = new ClassLimits(this.clock, options.limits ?? {})
    this.#dialer = new Dialer({
      clock: this.clock,
      random: this.random,
      transports: environment.transports,
      policy: this.encryption,
      peerId: this.peerId,
      dht: () => this.dhtPort > 0,
    })
  }

  /**
   * Opens a session: binds its port, starts its discoveries, reads what was recorded. Rejects with a ShoalError when the port is taken
   * or the state folder cannot be used.
   */
  static async open(options: SessionOptions = {}, environment: SessionEnvironment = {}): Promise<Session> {
    const session = new Session(options, resolveEnvironment(environment))
    try {
      await session.#open()
    } catch (error) {
      await session.close()
      throw error
    }
    return session
  }

  async #open(): Promise<void> {
    await this.#listen()
    this.#discoveries = await Discoveries.open(this.#options, {
      ...this.#environment,
      userAgent: this.userAgent,
      port: this.port,
    })
    const { stateDirectory } = this.#options
    if (!stateDirectory) return
    this.#resume = createResumeStore(stateDirectory)
    this.#restorer = await Restorer.read(this.#resume)
    if (this.#options.restore === false) return
    for (const { origin, place } of this.#restorer.all()) {
      const torrent = this.#create(origin, place)
      if (torrent && !place.progress?.paused) torrent.start()
    }
  }

  get port(): number {
    return this.#listeners[0]?.port ?? 0
  }

  get torrents(): readonly Torrent[] {
    return this.#registry.torrents
  }

  async add(source: TorrentSource, options: AddOptions = {}): Promise<Torrent> {
    this.#mustBeOpen()
    const { userAgent, clock } = this
    const { httpGet } = this.#environment
    const origin = await readSource(source, options, {
      userAgent,
      clock,
      httpGet,
      signal: this.#abort.signal,
    })
    this.#mustBeOpen()
    const known = this.#registry.findAny(origin.infoHashes)
    if (known) {
      for (const peer of options.peers ?? []) known.addPeer(peer)
      return known
    }
    const recorded = this.#restorer?.take(origin)
    const place: TorrentPlace = {
      directory: options.directory ?? recorded?.place.directory ?? this.#options.directory ?? '.',
      memory: options.memory ?? false,
      trusted: options.trusted ?? false,
      sequential: options.sequential ?? recorded?.place.sequential ?? false,
      limits: options.limits ?? recorded?.place.limits,
      progress: sameDirectory(options, recorded?.place) ? (recorded?.place.progress ?? null) : null,
    }
    const torrent = this.#create(
      { ...origin, metainfo: origin.metainfo ?? recorded?.origin.metainfo ?? null },
      place,
    )
    if (!torrent)
      throw new ShoalError('bad-argument', 'this torrent is here already, under its other info hash')
    if (!options.paused) torrent.start()
    return torrent
  }

  #create(origin: TorrentOrigin, place: TorrentPlace): Torrent | null {
    const torrent = new Torrent(this, origin, place)
    if (place.limits) torrent.setLimits(place.limits)
    return this.#registry.add(torrent) ? torrent : null
  }

  setLimits(limits: Partial<RateLimits>, peerClass?: PeerClass): void {
    this.#limits.set(limits, peerClass)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#abort.abort(new ShoalError('closed', 'the session was closed'))
    this.#cancelTick?.()
    const listening = Promise.all(this.#listeners.map(listener => listener.close()))
    this.#listeners = []
    await Promise.all(this.#registry.torrents.map(torrent => torrent.close()))
    await Promise.all([
      listening,
      this.#discoveries?.close(),
      ...this.#environment.transports.map(transport => transport.close()),
    ])
    await Promise.all([this.#hashPool?.close(), this.#resume?.close()])
    this.#limits.close()
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new ShoalError('closed', 'the session was closed: open another')
  }

  // Connections

  async #listen(): Promise<void> {
    const { port = undefined, host } = this.#options
    if (port === null) return
    for (const transport of this.#environment.transports) {
      const listen = (at: number) =>
        transport.listen({ port: at, ...(host === undefined ? {} : { host }) }, connection =>
          this.#accept(connection),
        )
      const listener = await listen(port ?? DEFAULT_PORT).catch(error => {
        // The usual port may be another client's; one that the user named must be had.
        if (port !== undefined) throw error
        return listen(0)
      })
      this.#listeners.push(listener)
    }
  }

  #accept(connection: Connection): void {
    if (this.#handshakes >= MAX_HANDSHAKES || this.#connections >= this.#maxConnections)
      return connection.close()
    this.#handshakes++
    const limit = limited(this.clock, HANDSHAKE_LIMIT_MS, this.#abort.signal)
    acceptPeer(connection, this.#lookup, {
      policy: this.encryption,
      random: this.random,
      peerId: this.peerId,
      dht: this.dhtPort > 0,
      signal: limit.signal,
    })
      .then(
        ({ ready, torrent }) => torrent.accept(ready),
        () => connection.close(),
      )
      .finally(() => {
        this.#handshakes--
        limit.end()
      })
  }

  readonly #lookup = {
    find: (infoHash: Uint8Array): { topic: HandshakeTopic; torrent: Torrent } | null => {
      const torrent = this.#registry.find(infoHash)
      if (!torrent) return null
      const topic = handshakeTopic(torrent.infoHashes)
      const { v1, v2 } = torrent.infoHashes
      const isV2 = v1 === undefined || infoHash.some((byte, i) => byte !== v1[i])
      return { topic: isV2 ? { infoHash: v2!.subarray(0, 20), v2: true } : topic, torrent }
    },
    findObfuscated: (digest: Uint8Array) => this.#registry.findObfuscated(digest),
  }

  get #connections(): number {
    let count = 0
    for (const torrent of this.#active) count += torrent.connections
    return count
  }

  get #maxConnections(): number {
    return this.#options.maxConnections ?? DEFAULT_MAX_CONNECTIONS
  }

  // SessionContext

  get hashPool(): HashPool {
    this.#hashPool ??= createHashPool({ clock: this.clock })
    return this.#hashPool
  }

  get resume(): ResumeStore | null {
    return this.#resume
  }

  get listenPort(): number {
    return this.port
  }

  get dhtPort(): number {
    return this.#discoveries?.dhtPort ?? 0
  }

  maxPeersPerHost(host: string): number {
    return isLocalAddress(host) ? this.maxPeersPerTorrent : MAX_PER_PUBLIC_HOST
  }

  createStorage(options: {
    layout: PieceLayout
    name: string
    directory: string
    memory: boolean
    renamed: ReadonlyMap<number, readonly string[]>
  }): Storage {
    if (options.memory) return this.#environment.createMemoryStorage(options.layout)
    return createFileStorage({ ...options, handles: this.#handles })
  }

  mayDial(): boolean {
    return this.#dialer.hasRoom && this.#connections + this.#dialer.halfOpen < this.#maxConnections
  }

  dial(address: PeerAddress, topic: HandshakeTopic, signal: AbortSignal): Promise<ReadyConnection> {
    return this.#dialer.dial(address, topic, signal)
  }

  throttles(torrent: Torrent, { kind, remote }: Connection): { download: LimitChain; upload: LimitChain } {
    const classes: PeerClass[] = isLocalAddress(remote.host) ? ['local', kind] : ['internet', kind]
    const chain = (way: 'download' | 'upload') =>
      new LimitChain(this.clock, [...this.#limits.of(way, classes), ...torrent.ownLimits(way)])
    return { download: chain('download'), upload: chain('upload') }
  }

  joinDiscoveries(
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    options: { private: boolean; trackers: readonly (readonly string[])[] },
  ): Membership[] {
    return this.#discoveries?.join(topic, sink, options) ?? []
  }

  async resolve(host: string, signal: AbortSignal): Promise<string[]> {
    const addresses = await this.#environment.resolveHost(host, { signal })
    return addresses.map(address => address.host)
  }

  onDhtNode(host: string, port: number): void {
    this.#discoveries?.addDhtNode(host, port)
  }

  setActive(torrent: Torrent, active: boolean): void {
    if (active) this.#active.add(torrent)
    else this.#active.delete(torrent)
    if (active && !this.#cancelTick && !this.#closing)
      this.#cancelTick = this.clock.after(TICK_MS, this.#tick)
  }

  readonly #tick = () => {
    this.#cancelTick = null
    const now = this.clock.nowMs()
    for (const torrent of [...this.#active]) torrent.tick(now)
    if (this.#active.size > 0 && !this.#closing) this.#cancelTick = this.clock.after(TICK_MS, this.#tick)
  }

  onTransferred(): void {}

  forget(torrent: Torrent): void {
    this.#active.delete(torrent)
    this.#registry.remove(torrent)
  }

  register(torrent: Torrent): boolean {
    return this.#registry.add(torrent)
  }

  /** For people: what went wrong while the recorded torrents were read. */
  get problems(): readonly string[] {
    return this.#restorer?.problems ?? []
  }
}

/** Progress recorded for files in one folder says nothing of another. */
function sameDirectory(options: AddOptions, place: TorrentPlace | undefined): boolean {
  return place !== undefined && (options.directory === undefined || options.directory === place.directory)
}
