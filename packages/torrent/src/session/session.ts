import { followRoute, routedChanges, routedOptions, routeProblems } from '#routed-options'
import type { AddOptions, PeerClass, RateLimits } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import { settleAll, throwFirst } from '../base/settle-all.ts'
import type { DhtMeeting } from '../discovery/dht/dht-discovery.ts'
import type { DhtItem, DhtItemKey } from '../discovery/dht/item.ts'
import type { PortMappingStatus } from '../port-mapping/port-mapping.ts'
import type {
  SessionApi,
  SessionOptions,
  SessionSettings,
  SessionStats,
  TorrentSource,
} from '../session-api.ts'
import type { Transport } from '../transport/transport.ts'
import type { RtcOffer } from '../transport/webrtc/peer-signaling.ts'
import { checkOptions } from './check-options.ts'
import { EngineContext } from './engine-context.ts'
import { type Environment, resolveEnvironment, type SessionEnvironment } from './environment.ts'
import { mustBeOpen } from './must-be-open.ts'
import { Registry } from './registry.ts'
import { SessionNetwork } from './session-network.ts'
import { sessionStats } from './session-stats.ts'
import { SessionTorrents } from './session-torrents.ts'
import type { Torrent } from './torrent/torrent.ts'

/** All torrents of one client. `SessionApi` documents each member. */
export class Session implements SessionApi {
  readonly #environment: Environment
  readonly #registry: Registry
  readonly #abort = new AbortController()
  readonly #context: EngineContext
  readonly #network: SessionNetwork
  readonly #torrents: SessionTorrents
  #closing: Promise<void> | null = null

  private constructor(given: SessionOptions, environment: Environment) {
    const options = routedOptions(given, environment.route)
    this.#environment = environment
    this.#registry = new Registry(environment.clock)
    this.#context = new EngineContext(options, environment)
    const { signal } = this.#abort
    const [context, registry] = [this.#context, this.#registry]
    this.#network = new SessionNetwork({ context, registry, environment, options, signal })
    this.#torrents = new SessionTorrents({ context, registry, environment, options, signal })
    followRoute(environment.route, this)
  }

  /**
   * Opens a session: binds its port, starts its discoveries, reads its records. Rejects with a
   * ShoalError if an option is wrong, the port is taken or the state folder cannot be used. The
   * environment is the platform's, except for the given parts.
   */
  static async open(options: SessionOptions = {}, environment: SessionEnvironment = {}): Promise<Session> {
    checkOptions(options)
    const session = new Session(options, resolveEnvironment(environment, options))
    try {
      await session.#open()
    } catch (error) {
      await session.close()
      throw error
    }
    return session
  }

  async #open(): Promise<void> {
    await this.#network.listen()
    await this.#torrents.openRecords()
    await this.#network.join()
    await this.#torrents.restore()
  }

  get port(): number {
    return this.#network.port
  }

  get torrents(): readonly Torrent[] {
    return this.#registry.torrents
  }

  /** Finds a torrent by a 20-byte hash: v1, or the first 20 bytes of v2. */
  find(infoHash: Uint8Array): Torrent | undefined {
    return this.#registry.find(infoHash)
  }

  /** Our peer ID, 20 bytes. */
  get peerId(): Uint8Array {
    return this.#context.peerId
  }

  wantsOffer(infoHash: Uint8Array, peerId: Uint8Array): boolean {
    return this.#network.webrtc.wantsOffer(infoHash, peerId)
  }

  async answerOffer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null> {
    return this.#network.webrtc.answerOffer(infoHash, offer, peerId)
  }

  get portMapping(): PortMappingStatus | null {
    return this.#network.portMapping
  }

  get route(): SessionApi['route'] {
    return this.#environment.route
  }

  get stats(): SessionStats {
    return sessionStats(this.#context, this.#registry.torrents)
  }

  /**
   * Payload bytes of all torrents since the session was opened: the part of `stats` that costs
   * nothing to read.
   */
  get transferred(): Pick<SessionStats, 'downloadedBytes' | 'uploadedBytes'> {
    const { downloadedBytes, uploadedBytes } = this.#context.counts
    return { downloadedBytes, uploadedBytes }
  }

  /**
   * Messages about a route that does not work, and about records that were damaged or could not be
   * used.
   */
  get problems(): readonly string[] {
    return [...routeProblems(this.#environment.route), ...this.#torrents.problems]
  }

  add(source: TorrentSource, options: AddOptions = {}): Promise<Torrent> {
    return this.#torrents.add(source, options)
  }

  async getItem(key: DhtItemKey, options: { readonly signal?: AbortSignal } = {}): Promise<DhtItem | null> {
    mustBeOpen(this.#abort.signal)
    return this.#context.discoveries!.dht.getItem(key, options)
  }

  async putItem(
    item: DhtItem,
    options: { readonly cas?: bigint; readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    mustBeOpen(this.#abort.signal)
    return this.#context.discoveries!.dht.putItem(item, options)
  }

  async meetInDht(topic: Uint8Array, meeting: DhtMeeting): Promise<number> {
    return this.#context.discoveries!.dht.meet(topic, meeting)
  }

  addTransport(transport: Transport): Promise<() => Promise<void>> {
    return this.#network.addTransport(transport)
  }

  setLimits(limits: Partial<RateLimits>, peerClass?: PeerClass): void {
    this.#context.limits.set(limits, peerClass)
  }

  async record(): Promise<void> {
    await Promise.all(this.torrents.map(torrent => torrent.phases.recorder?.tryRecord()))
  }

  networkChanged(): void {
    this.#context.discoveries?.networkChanged()
    this.#context.ports.mapper?.networkChanged()
  }

  async configure(wanted: SessionSettings): Promise<void> {
    mustBeOpen(this.#abort.signal)
    checkOptions(wanted)
    const changes = routedChanges(wanted, this.#environment.route)
    await this.#network.configure(changes)
    this.#torrents.directory = changes.directory ?? this.#torrents.directory
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#abort.abort(new ShoalError('closed', 'The session is closed'))
    await this.#network.settled()
    // Whatever fails, the rest is closed too: nothing may use the network afterwards.
    const closed = await settleAll([
      () => this.#network.close(),
      ...this.#registry.torrents.map(torrent => () => torrent.close()),
    ])
    for (const step of [
      () => this.#network.webrtc.close(),
      () => this.#context.close(),
      () => this.#torrents.close(),
    ])
      closed.push(...(await settleAll([step])))
    throwFirst(closed)
  }
}
