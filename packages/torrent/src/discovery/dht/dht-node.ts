import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { Emitter } from '../../base/events.ts'
import { isLocalIp } from '../../base/local-address.ts'
import type { Random } from '../../base/random.ts'
import type { DatagramSocket, IpFamily } from '../../transport/datagram.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import { Candidates } from './candidates.ts'
import { type Contact, type Endpoint, familyOf, sameEndpoint, toEndpoint } from './contact.ts'
import { ExternalIp } from './external-ip.ts'
import { ItemStore, type ItemStoreLimits } from './item-store.ts'
import type { KrpcQuery } from './krpc.ts'
import { type LookupResult, lookup } from './lookup.ts'
import { type BootstrapNode, Maintenance, WELL_KNOWN_NODES } from './maintenance.ts'
import { ID_BYTES, isNodeIdFor, nodeIdFor } from './node-id.ts'
import { PeerStore, type PeerStoreLimits } from './peer-store.ts'
import { type QueryLimitOptions, QueryLimits } from './query-limits.ts'
import { Responder } from './responder.ts'
import type { NodeResponse } from './response.ts'
import { RoutingTable } from './routing-table.ts'
import { type QueryArgs, Rpc } from './rpc.ts'
import type { SavedNode } from './saved-state.ts'
import { Tokens } from './tokens.ts'

/**
 * Below this number of nodes in the table, the node searches for more quickly, of both families.
 */
const SMALL_TABLE = 32
const MAX_NAMES_PENDING = 16

export interface DhtNodeOptions {
  /** The node closes it. */
  readonly socket: DatagramSocket
  readonly clock: Clock
  readonly random: Random
  /** Resolves names of nodes; without it, only IP literals work. */
  readonly resolve?: ResolveHost
  /** Default: the well-known ones. */
  readonly bootstrap?: readonly BootstrapNode[]
  /** State from an earlier run. */
  readonly saved?: SavedNode | undefined
  /**
   * Sends queries but does not answer any, for machines with costly traffic or that cannot be
   * reached (BEP 43). Default false.
   */
  readonly readOnly?: boolean
  /**
   * Keep a random ID, which does not reveal our address (unlike one of BEP 42), and be read-only.
   * Default false.
   */
  readonly isAnonymous?: boolean
  /** Our address, 4 or 16 bytes, was learned or has changed. Not called if anonymous. */
  readonly onExternalIp?: (ip: Uint8Array) => void
  readonly queryLimits?: QueryLimitOptions
  readonly storeLimits?: PeerStoreLimits
  readonly itemLimits?: ItemStoreLimits
}

export interface DhtNodeStatus {
  readonly family: IpFamily
  /** Number of nodes in the routing table, and of those that answered recently. */
  readonly nodes: number
  readonly goodNodes: number
  /** Number of torrents and peers that we store for others. */
  readonly storedTorrents: number
  readonly storedPeers: number
  /** Number of items that we store for others (BEP 44). */
  readonly storedItems: number
  /** Our address as others see it, 4 or 16 bytes; null while unknown. */
  readonly externalIp: Uint8Array | null
}

export interface DhtNodeEvents extends Record<string, unknown[]> {
  /**
   * Bootstrapping has finished: the table has nodes that answer. Emitted again after the table was
   * empty.
   */
  ready: []
}

/**
 * A DHT node of one address family (BEP 5, 32, 33, 42, 43, 44, 51). IPv4 and IPv6 are separate
 * networks (BEP 32): a machine with both runs a pair of nodes with different IDs, since the ID
 * depends on the address (BEP 42).
 */
export class DhtNode extends Emitter<DhtNodeEvents> {
  readonly family: IpFamily
  readonly store: PeerStore
  readonly items: ItemStore
  readonly #options: DhtNodeOptions
  readonly #rpc: Rpc
  readonly #limits: QueryLimits
  readonly #responder: Responder
  readonly #candidates: Candidates
  readonly #maintenance: Maintenance
  readonly #externalIp = new ExternalIp()
  readonly #abort = new AbortController()
  /** Well-known nodes, which must not enter the table. */
  readonly #routers: Endpoint[] = []
  #table: RoutingTable
  #other: DhtNode | null = null
  #ready = false
  #heardMs = -Infinity
  #namesPending = 0

  constructor(options: DhtNodeOptions) {
    super()
    const { socket, clock, random, saved, isAnonymous = false, readOnly = isAnonymous } = options
    this.#options = options
    this.family = socket.family
    this.#table = new RoutingTable((!isAnonymous && saved?.id) || random.bytes(ID_BYTES), clock)
    this.store = new PeerStore(clock, random, options.storeLimits)
    this.items = new ItemStore(clock, () => this.id, options.itemLimits)
    this.#limits = new QueryLimits(clock, options.queryLimits)
    this.#responder = new Responder({
      table: () => this.#table,
      otherTable: () => this.#other?.table ?? null,
      store: this.store,
      items: this.items,
      tokens: new Tokens(clock, random),
      nowMs: () => clock.nowMs(),
    })
    this.#candidates = new Candidates({
      clock,
      isTableSmall: () => this.#table.size < SMALL_TABLE,
      ping: endpoint => void this.query(endpoint, 'ping').catch(() => {}),
    })
    this.#rpc = new Rpc({
      socket,
      clock,
      random,
      readOnly,
      ownId: () => this.id,
      onQuery: (query, from) => this.#answer(query, from),
      mayRefuse: from => this.#limits.admits(from) && this.#limits.allowsReply(MAX_REFUSAL_BYTES),
      onAnswer: (answer, seenIp) => this.#learn(answer, seenIp),
    })
    this.#maintenance = new Maintenance({
      clock,
      random,
      resolve: options.resolve,
      bootstrap: options.bootstrap ?? WELL_KNOWN_NODES,
      saved: saved?.contacts ?? [],
      family: this.family,
      signal: this.#abort.signal,
      table: () => this.#table,
      findNode: (to, target) => this.query(to, 'find_node', { target, want: this.#want() }),
      lookup: (target, start) => this.walk('find_node', { target }, target, { start }),
      onRouter: endpoint => {
        if (!this.#isRouter(endpoint)) this.#routers.push(endpoint)
      },
      onReady: () => this.#becomeReady(),
      expire: () => {
        this.store.expire()
        this.items.expire()
      },
    })
  }

  /** Our node ID: 20 bytes. It changes when others agree on a new address of ours (BEP 42). */
  get id(): Uint8Array {
    return this.#table.ownId
  }

  /** UDP port, for the PORT message of BEP 5. */
  get port(): number {
    return this.#options.socket.port
  }

  get table(): RoutingTable {
    return this.#table
  }

  /** True if lookups can start. */
  get isReady(): boolean {
    return this.#ready && this.#table.size > 0
  }

  get status(): DhtNodeStatus {
    return {
      family: this.family,
      nodes: this.#table.size,
      goodNodes: this.#table.goodCount,
      storedTorrents: this.store.torrentCount,
      storedPeers: this.store.peerCount,
      storedItems: this.items.size,
      externalIp: this.#externalIp.current,
    }
  }

  /**
   * Pairs it with this machine's node of the other family: they exchange nodes (BEP 32, "Dual-stack
   * nodes").
   */
  pair(other: DhtNode): void {
    this.#other = other
    other.#other = this
  }

  /**
   * Adds a node from a peer's PORT message or a torrent's `nodes`; it enters the table if it
   * answers. `host` is an IP literal or a name; addresses of the other family are ignored.
   */
  addNode(host: string, port: number): void {
    const endpoint = toEndpoint(host, port)
    if (endpoint) this.#suggest(endpoint)
    else this.#suggestName(host, port)
  }

  /**
   * Queries one node. Rejects with a ShoalError (`timeout`, `bad-message` if it answers with an
   * error, `unreachable`, `closed`) or with the signal's reason.
   */
  async query(
    to: Endpoint | Contact,
    method: string,
    args: QueryArgs = {},
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<NodeResponse> {
    const sentMs = this.#options.clock.nowMs()
    try {
      return await this.#rpc.query(to, method, args, options.signal)
    } catch (error) {
      const silent = error instanceof ShoalError && error.code === 'timeout'
      if (silent && 'id' in to) this.#table.failed(to, this.#heardMs < sentMs)
      throw error
    }
  }

  /**
   * Finds the nodes closest to `target` (20 bytes), nearest first. Rejects with the signal's reason
   * or `closed`.
   */
  async findNode(target: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<readonly Contact[]> {
    const { closest } = await this.walk('find_node', { target }, target, options)
    return closest.map(({ from }) => from)
  }

  /**
   * Looks up `target` with any query that is answered with nodes, such as `get_peers`. The
   * responses of the closest nodes contain the tokens for writing there. `onAnswer` receives each
   * response as it arrives; `start` are nodes to ask in addition to those of the table. Rejects
   * with the signal's reason or `closed`.
   */
  async walk(
    method: string,
    args: QueryArgs,
    target: Uint8Array,
    options: {
      signal?: AbortSignal | undefined
      onAnswer?: (answer: NodeResponse) => void
      start?: readonly Contact[] | undefined
    } = {},
  ): Promise<LookupResult> {
    const { signal } = options
    const want = this.#want()
    const result = await lookup({
      target,
      ownId: this.id,
      family: this.family,
      clock: this.#options.clock,
      start: [...(options.start ?? []), ...this.#table.closest(target, 16)],
      ask: contact => this.query(contact, method, { ...args, want }, { signal }),
      ...(options.onAnswer && { onAnswer: options.onAnswer }),
      ...(signal && { signal }),
    })
    // All queries of a closed node fail at once, so the lookup ends without a result.
    this.#abort.signal.throwIfAborted()
    return result
  }

  /** Returns the state to save for the next run. */
  saved(): SavedNode {
    const good = [...this.#table.entries()].filter(entry => this.#table.isGood(entry))
    // Until a node has answered, the state of the last run is the best available.
    if (good.length === 0 && this.#options.saved) return { ...this.#options.saved, id: this.id }
    return { id: this.id, contacts: good.map(({ contact }) => contact) }
  }

  /** Rejects pending queries with `closed` and closes the socket. Safe to call twice. */
  async close(): Promise<void> {
    this.#abort.abort(new ShoalError('closed', 'The DHT node was closed'))
    this.#candidates.close()
    this.#rpc.close()
    if (this.#other) this.#other.#other = null
    await this.#options.socket.close()
  }

  /** BEP 32: requests both families only while one of the tables is small. */
  #want(): string[] | undefined {
    if (!this.#other) return undefined
    const needed = this.#table.size < SMALL_TABLE || this.#other.#table.size < SMALL_TABLE
    return needed ? ['n4', 'n6'] : undefined
  }

  #answer(query: KrpcQuery, from: Endpoint): Uint8Array | null {
    if (!this.#limits.admits(from)) return null
    const contact = { ...from, id: query.id.slice() }
    // BEP 43: nodes that do not answer queries must not enter a table.
    if (!query.readOnly && !this.#table.asked(contact) && this.#table.hasRoomFor(contact)) {
      this.#suggest(from)
    }
    const bytes = this.#responder.respond(query, from)
    return this.#limits.allowsReply(bytes.length) ? bytes : null
  }

  #learn(answer: NodeResponse, seenIp: Uint8Array | undefined): void {
    const { from } = answer
    this.#heardMs = this.#options.clock.nowMs()
    if (!this.#isRouter(from)) {
      const before = this.#table.size
      this.#table.answered(from)
      if (before === 0 && this.#table.size > 0) this.#maintenance.restart()
    }
    if (this.#other) this.#tellOther(this.#other, answer)
    if (seenIp && this.#externalIp.vote(from, seenIp) && !this.#options.isAnonymous) {
      this.#options.onExternalIp?.(seenIp)
      this.#fitId(seenIp)
    }
  }

  /** BEP 32: nodes of each network may know nodes of the other. */
  #tellOther(other: DhtNode, answer: NodeResponse): void {
    const fromLocal = isLocalIp(answer.from.ip)
    for (const contact of (this.family === 4 ? answer.nodes6 : answer.nodes).slice(0, 8)) {
      if ((fromLocal || !isLocalIp(contact.ip)) && other.#table.hasRoomFor(contact)) other.#suggest(contact)
    }
  }

  /** BEP 42: adopts an ID that our public address allows. */
  #fitId(ip: Uint8Array): void {
    if (isNodeIdFor(this.id, ip)) return
    const old = this.#table
    this.#table = new RoutingTable(nodeIdFor(ip, this.#options.random), this.#options.clock)
    for (const entry of old.entries()) if (old.isGood(entry)) this.#table.answered(entry.contact)
    this.#maintenance.restart()
  }

  #suggest(endpoint: Endpoint): void {
    if (familyOf(endpoint.ip) === this.family && !this.#isRouter(endpoint)) this.#candidates.add(endpoint)
  }

  #suggestName(host: string, port: number): void {
    const { resolve } = this.#options
    if (!resolve || port < 1 || port > 65535 || this.#namesPending >= MAX_NAMES_PENDING) return
    this.#namesPending++
    resolve(host, { signal: this.#abort.signal })
      .then(found => {
        // An address with a zone (`fe80::1%eth0`, of a peer in the local network) resolves to
        // itself, but is useless to other nodes.
        for (const { host: address } of found.slice(0, 4)) {
          const endpoint = toEndpoint(address, port)
          if (endpoint) this.#suggest(endpoint)
        }
      })
      // Ignore unknown names: there are other nodes.
      .catch(() => {})
      .finally(() => this.#namesPending--)
  }

  #isRouter(endpoint: Endpoint): boolean {
    return this.#routers.some(router => sameEndpoint(router, endpoint))
  }

  #becomeReady(): void {
    this.#ready = true
    this.emit('ready')
  }
}

/** Largest size of our error messages. */
const MAX_REFUSAL_BYTES = 200
