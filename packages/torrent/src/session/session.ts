import { MappedPorts } from '#mapped-ports'
import { absolutePath } from '#paths'
import { createResumeStore, lockFolder } from '#resume-store'
import { followRoute, routedChanges, routedOptions, routeProblems } from '#routed-options'
import { Turns } from '#turns'
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
import { Acceptor } from './acceptor.ts'
import { checkOptions } from './check-options.ts'
import { Discoveries } from './discoveries.ts'
import { EngineContext } from './engine-context.ts'
import { type Environment, resolveEnvironment, type SessionEnvironment } from './environment.ts'
import { choosePlace } from './placing.ts'
import { reconfigure } from './reconfigure.ts'
import { Registry } from './registry.ts'
import { Restorer } from './restorer.ts'
import { sessionStats } from './session-stats.ts'
import { readSource } from './sources.ts'
import { type TorrentOrigin, type TorrentPlace, withRecorded } from './torrent/origin.ts'
import { Torrent } from './torrent/torrent.ts'
import { SessionHooks } from './torrent-hooks.ts'
import { WebrtcPeers } from './webrtc-peers.ts'

/** All torrents of one client. `SessionApi` says what each member promises. */
export class Session implements SessionApi {
  readonly #options: SessionOptions
  readonly #environment: Environment
  readonly #registry: Registry
  readonly #abort = new AbortController()
  readonly #context: EngineContext
  readonly #acceptor: Acceptor
  readonly #webrtc: WebrtcPeers
  readonly #mapped: MappedPorts
  #restorer: Restorer | null = null
  #directory: string
  #unlock: (() => Promise<void>) | null = null
  /** Settles after the last change of settings. */
  #changing: Promise<void> = Promise.resolve()
  #closing: Promise<void> | null = null

  private constructor(given: SessionOptions, environment: Environment) {
    const options = routedOptions(given, environment.route)
    this.#options = options
    this.#directory = options.directory ?? '.'
    this.#environment = environment
    this.#registry = new Registry(environment.clock)
    this.#context = new EngineContext(options, environment)
    const { signal } = this.#abort
    this.#acceptor = new Acceptor(this.#context, this.#registry, signal)
    this.#webrtc = new WebrtcPeers({
      context: this.#context,
      registry: this.#registry,
      acceptor: this.#acceptor,
      signal,
      openRtc: () => environment.openRtc({ host: options.host }),
    })
    this.#webrtc.configure(options.webrtc ?? true)
    this.#mapped = new MappedPorts(this.#context, {
      open: environment.openPortMapper,
      options,
      torrents: () => this.torrents,
    })
    followRoute(environment.route, this)
  }

  /**
   * Opens a session: binds its port, starts its discoveries, reads its records. Rejects with a ShoalError if an option is wrong, the port is
   * taken or the state folder cannot be used. The environment is the platform's, except for the parts that are given.
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
    const context = this.#context
    await this.#acceptor.listen(context.transports.all, this.#options)
    context.ports.listen = this.port
    const { stateDirectory, resumeStore, restore } = this.#options
    // A session that restores all records owns them; sessions that use single records may share the folder.
    if (stateDirectory && restore !== false) this.#unlock = await lockFolder(stateDirectory)
    context.resume = resumeStore ?? (stateDirectory ? createResumeStore(stateDirectory) : null)
    const { userAgent, resume: store } = context
    context.discoveries = await Discoveries.open(this.#options, {
      ...this.#environment,
      datagrams: context.datagrams,
      resolveHost: context.resolveTracker,
      isAnonymous: context.isAnonymous,
      onExternalHost: (host, teller = 'tracker') => {
        context.ownAddresses.tell(teller, host)
      },
      userAgent,
      signaling: () => this.#webrtc.signaling,
      get port() {
        return context.ports.listen
      },
      store,
    })
    await this.#mapped.follow()
    if (!context.resume) return
    const restorer = new Restorer(context.resume, new Turns(context.clock))
    this.#restorer = restorer
    if (restore === false) return restorer.read()
    for await (const restored of restorer.each()) {
      const isMoving = restored.place.progress?.moving !== undefined
      const { origin, place } = isMoving ? await restorer.settle(restored, this.#abort.signal) : restored
      const torrent = this.#create(origin, place)
      if (torrent && !place.progress?.paused) torrent.start()
    }
    this.#registry.sort((a, b) => a.addedMs - b.addedMs)
    void glanceAt(this.torrents, this.#abort.signal)
  }

  get port(): number {
    return this.#acceptor.port
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
    return this.#webrtc.wantsOffer(infoHash, peerId)
  }

  async answerOffer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null> {
    return this.#webrtc.answerOffer(infoHash, offer, peerId)
  }

  get portMapping(): PortMappingStatus | null {
    return this.#mapped.status
  }

  get route(): SessionApi['route'] {
    return this.#environment.route
  }

  get stats(): SessionStats {
    return sessionStats(this.#context, this.#registry.torrents)
  }

  /** Payload bytes of all torrents since the session was opened: the part of `stats` that costs nothing to read. */
  get transferred(): Pick<SessionStats, 'downloadedBytes' | 'uploadedBytes'> {
    const { downloadedBytes, uploadedBytes } = this.#context.counts
    return { downloadedBytes, uploadedBytes }
  }

  /** Messages about a route that does not work, and about records that were damaged or could not be used. */
  get problems(): readonly string[] {
    return [...routeProblems(this.#environment.route), ...(this.#restorer?.problems ?? [])]
  }

  async add(source: TorrentSource, options: AddOptions = {}): Promise<Torrent> {
    this.#mustBeOpen()
    const { userAgent, clock } = this.#context
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
      known.merge(origin)
      return known
    }
    const restorer = this.#restorer
    let recorded = restorer?.take(origin)
    if (recorded?.place.progress?.moving) recorded = await restorer?.settle(recorded, this.#abort.signal)
    this.#mustBeOpen()
    const given = options.directory === undefined ? {} : { directory: absolutePath(options.directory) }
    const directory = absolutePath(this.#directory)
    const place = choosePlace({ ...options, ...given }, recorded?.place, directory, origin.metainfo)
    const torrent = this.#create(recorded ? withRecorded(origin, recorded.origin) : origin, place)
    if (!torrent)
      throw new ShoalError('bad-argument', 'This torrent has already been added under its other info hash')
    // The user asks for its files now, even if those of an earlier run are gone.
    if (!options.paused) torrent.start({ accepted: true })
    return torrent
  }

  #create(origin: TorrentOrigin, place: TorrentPlace): Torrent | null {
    const hooks = new SessionHooks(this.#registry, this.#context.active)
    const torrent = new Torrent(this.#context, hooks, origin, place)
    hooks.torrent = torrent
    if (!this.#registry.add(torrent)) return null
    torrent.phases.places.claimRecorded()
    return torrent
  }

  async getItem(key: DhtItemKey, options: { readonly signal?: AbortSignal } = {}): Promise<DhtItem | null> {
    this.#mustBeOpen()
    return this.#context.discoveries!.dht.getItem(key, options)
  }

  async putItem(
    item: DhtItem,
    options: { readonly cas?: bigint; readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    this.#mustBeOpen()
    return this.#context.discoveries!.dht.putItem(item, options)
  }

  async meetInDht(topic: Uint8Array, meeting: DhtMeeting): Promise<number> {
    return this.#context.discoveries!.dht.meet(topic, meeting)
  }

  async addTransport(transport: Transport): Promise<() => Promise<void>> {
    this.#mustBeOpen()
    if (this.#environment.route?.isAnonymous)
      throw new ShoalError('unsupported', `${transport.kind} would bypass the proxy, which is strict`)
    const context = this.#context
    const adding = this.#changing.then(async () => {
      this.#mustBeOpen()
      context.transports.add(transport)
      await this.#acceptor.add(transport)
      context.ports.listen = this.port
      await this.#mapped.follow()
    })
    this.#changing = adding.catch(() => {})
    const remove = async () => {
      context.transports.remove(transport)
      await this.#acceptor.remove(transport)
      await transport.close()
    }
    await adding.catch(async error => {
      await remove()
      throw error
    })
    let removing: Promise<void> | undefined
    return () => {
      removing ??= remove()
      return removing
    }
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
    this.#mustBeOpen()
    checkOptions(wanted)
    const changes = routedChanges(wanted, this.#environment.route)
    const before = this.#changing
    // One after the other: two changes of the port would both find it free.
    const change = before.then(() => this.#configure(changes))
    this.#changing = change.catch(() => {})
    await change
  }

  async #configure(changes: SessionSettings): Promise<void> {
    this.#mustBeOpen()
    await reconfigure(
      {
        context: this.#context,
        acceptor: this.#acceptor,
        webrtc: this.#webrtc,
        mapped: this.#mapped,
        host: this.#options.host,
        torrents: this.torrents,
      },
      changes,
    )
    this.#directory = changes.directory ?? this.#directory
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#abort.abort(new ShoalError('closed', 'The session is closed'))
    await this.#changing
    // Whatever fails, the rest is closed too: nothing may use the network afterwards.
    const closed = await settleAll([
      () => this.#acceptor.close(),
      () => this.#mapped.close(),
      ...this.#registry.torrents.map(torrent => () => torrent.close()),
    ])
    for (const step of [() => this.#webrtc.close(), () => this.#context.close(), () => this.#unlock?.()])
      closed.push(...(await settleAll([step])))
    throwFirst(closed)
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new ShoalError('closed', 'The session is closed. Open another one.')
  }
}

/** Looks at the files of restored torrents that do not run: nothing else would notice that they are gone. */
async function glanceAt(torrents: readonly Torrent[], signal: AbortSignal): Promise<void> {
  for (const torrent of torrents) if (!signal.aborted) await torrent.phases.places.glance()
}
