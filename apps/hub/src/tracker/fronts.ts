/**
 * The hub's tracker and its listeners: it has the HTTP port, and a server gets what is not for it.
 */
import type { Server } from 'node:http'
import { ownUrlHost } from '@shoal/torrent/local-address'
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
import type { Ports } from '../kernel/overview.ts'
import { DEFAULT_PORT, hostsOf, listen } from '../listen.ts'
import type { Given } from '../options.ts'
import type { Stun } from '../stun/service.ts'
import { Lists } from './lists.ts'
import { type HubStats, processStats, readStats } from './stats.ts'
import { Warnings } from './warnings.ts'
import { shareWrongPasskeys } from './wrong-passkeys.ts'

const DEFAULT_INTERVAL_SECONDS = 1800
const DEFAULT_MAX_PEERS = 5_000_000

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
  readonly #stun: Stun | null
  // All processes count the minutes of a connection ID by the same clock.
  readonly #ids = new ConnectionIds(Date.now)
  readonly #startedMs = performance.now()
  #attached: AttachedTracker | undefined
  #others: ReturnType<typeof takeOver> | undefined

  /** Throws SetupError if a file cannot be read or has an invalid line. */
  constructor(kernel: HubKernel, stun: Stun | null) {
    const { given, log, channels } = kernel
    if (given.privateTracker && given.onlyTracker && given.passkeyFile === undefined)
      throw new SetupError(
        '--private-tracker serves members, and --only-tracker has none: leave one of them out, or use --passkey-file',
      )
    this.#kernel = kernel
    this.#stun = stun
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
      stunPort: () => stun?.port ?? null,
      farPages: join ? { number: join.number, send: (to, text) => join.signal(to, text) } : undefined,
    })
    kernel.onSharedSecret(secret => this.#ids.share(secret))
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
   * Opens the ports. Requests that are not the tracker's go to the server. Rejects with SetupError.
   */
  async listen(server: Server): Promise<Ports> {
    this.#others ??= takeOver(server)
    const { given, place } = this.#kernel
    const [others, reusePort] = [this.#others, place.sharesPorts]
    const stun = this.#stun?.shared ?? undefined
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
      if (given.noUdp) continue
      const udpPort = this.#udp[0]?.port ?? given.udpPort ?? front.port
      this.#udp.push(
        await listen(host, udpPort, () =>
          UdpFront.open(this.#tracker, { host, port: udpPort, reusePort, ids: this.#ids, stun }),
        ),
      )
    }
    return this.#opened()
  }

  /** Closes the ports, if they are open. */
  async unlisten(): Promise<void> {
    const opened = [...this.#http.splice(0), ...this.#udp.splice(0)]
    await Promise.all(opened.map(front => front.close()))
  }

  #opened(): Ports {
    const hosts = hostsOf(this.#kernel.given)
    const { port } = this.#http[0]!
    const udpPort = this.#udp[0]?.port ?? null
    this.#stun?.setSharedPort(udpPort)
    const at = (scheme: string, of: number) =>
      hosts.map(host => `${scheme}://${ownUrlHost(host)}:${of}/announce`)
    const urls = [...at('http', port), ...(udpPort === null ? [] : at('udp', udpPort)), ...at('ws', port)]
    return { port, udpPort, urls }
  }

  stopAccepting(): void {
    for (const front of this.#http) front.stopAccepting()
  }

  async drain(withinMs: number): Promise<void> {
    await Promise.all(this.#udp.splice(0).map(front => front.close()))
    await this.#webSockets.drain(withinMs)
  }

  async close(): Promise<void> {
    this.#lists.close()
    await this.#attached?.close()
    // All at once: an HTTP listener closes only after its WebSockets have closed.
    await Promise.all([...this.#http, ...this.#udp, this.#webSockets].map(front => front.close()))
    await this.#tracker.close()
  }

  #processStats() {
    return processStats(this.#tracker, {
      http: this.#http,
      webSockets: this.#webSockets,
      stun: this.#stun,
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
