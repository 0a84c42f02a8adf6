/** The hub's tracker and its listeners. */
import type { Server } from 'node:http'
import { ownUrlHost } from '@shoal/torrent/local-address'
import { openStun, StunServer } from '@shoal/torrent/stun'
import {
  type AttachedTracker,
  attachTracker,
  ConnectionIds,
  expirySecondsFor,
  HttpFront,
  Join,
  MemoryStore,
  type PasskeyAccounts,
  peersPerAddressFor,
  SwarmCounts,
  Tracker,
  type TrackerOptions,
  takeOver,
  UdpFront,
  WebSocketFront,
} from '@shoal/tracker'
import { SetupError } from '../failure.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { DEFAULT_PORT, hostsOf, listen, listenOnAll } from '../listen.ts'
import type { Given } from '../options.ts'
import { Lists } from './lists.ts'
import { type HubStats, processStats, readStats } from './stats.ts'
import { Warnings } from './warnings.ts'
import { shareWrongPasskeys } from './wrong-passkeys.ts'

const DEFAULT_INTERVAL_SECONDS = 1800
const DEFAULT_MAX_PEERS = 5_000_000

export interface Listening {
  /** HTTP and WebSocket port. */
  readonly port: number
  /** Null if UDP is off. */
  readonly udpPort: number | null
  /** UDP port that answers STUN. Null if there is none. */
  readonly stunPort: number | null
  /**
   * Announce URLs as seen from this machine. If the tracker is private, clients insert a passkey
   * between host and path.
   */
  readonly urls: readonly string[]
}

export class TrackerFronts {
  readonly #kernel: HubKernel
  readonly #lists: Lists
  readonly warnings: Warnings
  readonly #store: MemoryStore
  readonly #join: Join | null
  readonly #tracker: Tracker
  readonly #webSockets: WebSocketFront
  readonly #http: HttpFront[] = []
  readonly #udp: UdpFront[] = []
  readonly #stun: Awaited<ReturnType<typeof openStun>>[] = []
  readonly #stunServer: StunServer | null
  // All processes count the minutes of a connection ID by the same clock.
  readonly #ids = new ConnectionIds(Date.now)
  readonly #startedMs = performance.now()
  #attached: AttachedTracker | undefined
  #stunPort: number | null = null

  /** Throws SetupError if a file cannot be read or has an invalid line. */
  constructor(kernel: HubKernel) {
    const { given, log, channels } = kernel
    if (given.privateTracker && given.onlyTracker && given.passkeyFile === undefined)
      throw new SetupError(
        '--private-tracker serves members, and --only-tracker has none: leave one of them out, or use --passkey-file',
      )
    this.#kernel = kernel
    this.warnings = new Warnings(log)
    this.#lists = new Lists(given, log)
    const lists = this.#lists.read()
    const options = trackerOptions(given)
    this.#store = options.store
    const carrier = channels.carrier('tracker')
    this.#join =
      carrier &&
      new Join({ store: options.store, carrier, report: () => JSON.stringify(this.#processStats()) })
    this.#tracker = new Tracker({
      ...options,
      ...lists,
      ...(this.#join && { store: this.#join.store }),
      onStoreError: error => this.warnings.storeFailed(error),
    })
    shareWrongPasskeys(channels, this.#tracker.access)
    const join = this.#join
    this.#webSockets = new WebSocketFront(this.#tracker, {
      stunPort: () => this.stunPort,
      farPages: join ? { number: join.number, send: (to, text) => join.signal(to, text) } : undefined,
    })
    this.#stunServer = given.noStun ? null : new StunServer(() => performance.now())
    kernel.onSharedSecret(secret => this.#ids.share(secret))
  }

  /** UDP port that answers STUN, once it is open; otherwise null. */
  get stunPort(): number | null {
    return this.#stunPort
  }

  /** Number of this process among those of the hub. Null if it is the only one. */
  get process(): number | null {
    return this.#join?.number ?? null
  }

  get isPrivate(): boolean {
    return this.#tracker.access.isPrivate
  }

  /** Also serves announces with accounts' passkeys, and reports them. */
  serveAccounts(accounts: PasskeyAccounts): void {
    this.#tracker.access.setAccounts(accounts)
  }

  /** Whether the other processes of the hub are unreachable. */
  get isCutOff(): boolean {
    return this.#join !== null && !this.#join.isJoined
  }

  /** Whether the swarms of the other processes are still being loaded. */
  get isCatchingUp(): boolean {
    return this.#join !== null && !this.#join.isReady
  }

  /** Returns the peer counts of a torrent. `infoHash`: 20 bytes in hex. */
  count(infoHash: string): { readonly seeders: number; readonly leechers: number } {
    const counts = new SwarmCounts()
    const bytes = Buffer.from(infoHash, 'hex')
    for (let word = 0; word < counts.hash.length; word++) counts.hash[word] = bytes.readInt32BE(word * 4)
    this.#store.scrape(counts)
    return { seeders: counts.seeds, leechers: counts.leeches }
  }

  stats(): HubStats {
    return readStats(this.#store.stats(), this.#processStats(), this.#join, {
      version: this.#kernel.version,
      startedMs: this.#startedMs,
      isPrivate: this.isPrivate,
    })
  }

  /** Reloads the list files. They are also reloaded automatically when they change. */
  readLists(): void {
    this.#lists.readAgain(this.#tracker.access)
  }

  begin(): void {
    const { log } = this.#kernel
    this.#lists.watch(this.#tracker.access)
    const join = this.#join
    join?.start({
      signal: text => this.#webSockets.receiveFar(text),
      changed: (isJoined, reason) => {
        if (isJoined) log.info('The hub has joined its other processes', { process: join.number })
        else
          log.warn('The hub cannot reach its other processes and continues alone', {
            process: join.number,
            reason,
          })
      },
    })
  }

  /** Makes the server answer announces, too, when they follow other requests on a connection. */
  attachTo(server: Server): void {
    const { trustedProxy: trustedProxies = [] } = this.#kernel.given
    this.#attached = attachTracker(server, this.#tracker, { trustedProxies, webSockets: this.#webSockets })
  }

  /**
   * Opens all ports. Requests that are not the tracker's go to the server. Rejects with SetupError.
   */
  async listen(server: Server): Promise<Listening> {
    const others = takeOver(server)
    await listenOnAll(this.#kernel.given, async () => {
      try {
        await this.#openPorts(others)
      } catch (error) {
        const opened = [this.#http, this.#udp, this.#stun].flatMap(fronts => fronts.splice(0))
        await Promise.all(opened.map(front => front.close()))
        throw error
      }
    })
    return this.#opened()
  }

  async #openPorts(others: ReturnType<typeof takeOver>): Promise<void> {
    const { given, place } = this.#kernel
    const reusePort = place.sharesPorts
    const stunServer = this.#stunServer
    for (const host of hostsOf(given)) {
      const port = this.#http[0]?.port ?? given.port ?? DEFAULT_PORT
      const front = await listen(host, port, () =>
        HttpFront.open(this.#tracker, {
          host,
          port,
          reusePort,
          webSockets: this.#webSockets,
          trustedProxies: given.trustedProxy ?? [],
          others,
          onUnnamedProxy: address => this.warnings.unnamedProxy(address),
        }),
      )
      this.#http.push(front)
      if (stunServer && given.stunPort !== undefined && place.isFirst) {
        const at = { host, port: this.#stun[0]?.port ?? given.stunPort }
        this.#stun.push(await listen(host, at.port, () => openStun(at, stunServer)))
      }
      if (given.noUdp) continue
      const udpPort = this.#udp[0]?.port ?? given.udpPort ?? front.port
      const stun = given.stunPort === undefined ? (stunServer ?? undefined) : undefined
      this.#udp.push(
        await listen(host, udpPort, () =>
          UdpFront.open(this.#tracker, { host, port: udpPort, reusePort, ids: this.#ids, stun }),
        ),
      )
    }
  }

  #opened(): Listening {
    const { given } = this.#kernel
    const hosts = hostsOf(given)
    const { port } = this.#http[0]!
    const udpPort = this.#udp[0]?.port ?? null
    this.#stunPort = this.#stun[0]?.port ?? (this.#stunServer && (given.stunPort || udpPort))
    const at = (scheme: string, of: number) =>
      hosts.map(host => `${scheme}://${ownUrlHost(host)}:${of}/announce`)
    const urls = [...at('http', port), ...(udpPort === null ? [] : at('udp', udpPort)), ...at('ws', port)]
    return { port, udpPort, stunPort: this.#stunPort, urls }
  }

  stopAccepting(): void {
    for (const front of this.#http) front.stopAccepting()
  }

  async drain(withinMs: number): Promise<void> {
    await Promise.all([...this.#udp.splice(0), ...this.#stun.splice(0)].map(front => front.close()))
    await this.#webSockets.drain(withinMs)
  }

  async close(): Promise<void> {
    this.#lists.close()
    await this.#attached?.close()
    // All at once: an HTTP listener closes only after its WebSockets have closed.
    await Promise.all(
      [...this.#http, ...this.#udp, ...this.#stun, this.#webSockets].map(front => front.close()),
    )
    await this.#tracker.close()
  }

  #processStats() {
    return processStats(this.#tracker, {
      http: this.#http,
      webSockets: this.#webSockets,
      stun: this.#stunServer,
    })
  }
}

function trackerOptions(given: Given): TrackerOptions & { store: MemoryStore } {
  const { ban, trustedAddress, announcesPerSecond, connections, maxPeers = DEFAULT_MAX_PEERS } = given
  const peersPerAddress = given.peersPerAddress ?? peersPerAddressFor(maxPeers)
  const intervalSeconds = given.interval ?? DEFAULT_INTERVAL_SECONDS
  const store = new MemoryStore({
    expirySeconds: expirySecondsFor(intervalSeconds),
    maxPeers,
    peersPerAddress,
  })
  return {
    store,
    intervalSeconds,
    isPrivate: given.privateTracker ?? false,
    webPeersPerAddress: peersPerAddress,
    ...(ban && { bannedAddresses: ban }),
    ...(trustedAddress && { trustedAddresses: trustedAddress }),
    ...(announcesPerSecond !== undefined && { announcesPerSecond }),
    ...(connections !== undefined && { connectionsPerAddress: connections }),
  }
}
