import type { Clock } from '@shoal/torrent'
import { latin1, type Random, sharedBits } from '@shoal/torrent/base'
import type { Misconduct, ReportMisconduct } from '../misconduct.ts'
import { type Contact, KEY_BYTES, keyOf } from './contact.ts'
import { type LookupResult, lookup, type NodeResponse } from './lookup.ts'
import { decodeMessage, encodeMessage, type Message, type NamedPeer } from './messages.ts'
import { NetworkSize } from './network-size.ts'
import { ProviderStore, type ProviderStoreLimits } from './provider-store.ts'
import { K, RoutingTable } from './routing-table.ts'

/** Time that a node has to respond, with its dial. */
const RESPONSE_MS = 10_000
/** Time between two rounds of maintenance, and between two in which the buckets are refreshed (libp2p/specs, kad-dht: "Bootstrap process"). */
const ROUND_MS = 60_000
const REFRESH_MS = 10 * 60_000
/** The lookup of our own key fills the nearest buckets; a refresh looks at the others, but not beyond this one, whose keys take long to find. */
const MAX_REFRESH_DEPTH = 12
/** Providers in one response. */
const MAX_PROVIDERS = 100
/** Concurrent announcements to the nodes of a region. */
const PARALLEL_ANNOUNCEMENTS = 10

/** The network below the DHT: connections, streams and addresses. */
export interface KadNetwork {
  /**
   * Sends a message and returns the response, both without length prefix, with the 4 or 16 bytes of the address of the connection (null if it has none).
   * Rejects if the node cannot be reached or does not respond.
   */
  request(
    contact: Contact,
    message: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; ip: Uint8Array | null }>
  /** Sends a message that has no response. */
  send(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<void>
  /**
   * Selects the multiaddrs that this node may dial: empty if there are none. `ip`: the first IP address among them. `from`: the address of the node
   * that named them; only a local one may name local addresses. `mayRelay`: those of relays are among them.
   */
  dialable(
    addresses: readonly Uint8Array[],
    from: Uint8Array | null,
    mayRelay?: boolean,
  ): { readonly addresses: readonly Uint8Array[]; readonly ip: Uint8Array | null }
}

export interface KadNodeOptions {
  /** Our PeerId: a multihash. */
  readonly id: Uint8Array
  readonly network: KadNetwork
  readonly clock: Clock
  readonly random: Random
  /** Returns the multiaddrs at which others can dial us. */
  readonly ownAddresses: () => readonly Uint8Array[]
  readonly providers?: ProviderStoreLimits
  /** The estimated size of the network. Default: unknown at first. */
  readonly size?: NetworkSize
  readonly onMisconduct?: ReportMisconduct
}

export interface FindProvidersOptions {
  /** Stops after this many different providers. Default 20. */
  readonly count?: number
  /** Receives each provider once, as soon as it is found. */
  readonly onProvider?: (provider: Contact) => void
  readonly signal?: AbortSignal
}

interface ProviderResponse extends NodeResponse {
  readonly providers: readonly Contact[]
}

/**
 * A node of a DHT that speaks the protocol of libp2p (libp2p/specs, kad-dht): finds the nodes near a key, stores who provides keys, and finds
 * providers. Works in any network with a clock and randomness of its own, so that thousands of nodes run in virtual time.
 */
export class KadNode {
  readonly key: Uint8Array
  /** This node, which needs no addresses to reach itself. */
  readonly self: Contact
  /** The records of others that this node stores. */
  readonly providers: ProviderStore
  readonly #options: KadNodeOptions
  /** Keys that this node provides, as ISO 8859-1 text. */
  readonly #own = new Set<string>()
  readonly #table: RoutingTable
  readonly #size: NetworkSize
  readonly #abort = new AbortController()
  #cancelRound: (() => void) | undefined
  #refreshedMs = -Infinity
  #lastAnswerMs = -Infinity

  constructor(options: KadNodeOptions) {
    this.#options = options
    this.key = keyOf(options.id)
    this.self = { id: options.id, key: this.key, addresses: [], ip: null }
    this.#size = options.size ?? new NetworkSize()
    this.#table = new RoutingTable(this.key, options.clock)
    this.providers = new ProviderStore(options.clock, options.providers, contact =>
      this.#report(contact, 'flood'),
    )
  }

  /** Number of nodes in the routing table. */
  get tableSize(): number {
    return this.#table.size
  }

  /** Estimated number of nodes in the network; 0 while unknown. */
  get networkSize(): number {
    return this.#size.nodes
  }

  /**
   * Number of leading bits that the keys of a region share, whose nodes store the records of all of them; null while the size of the network is
   * unknown.
   */
  get regionBits(): number | null {
    return this.#size.nodes > 0 ? this.#size.regionBits : null
  }

  /** Number of provider records that this node stores for others. */
  get storedRecords(): number {
    return this.providers.size
  }

  /** Starts maintenance, until `close`: the table is filled as soon as one node is known, and its nodes and buckets are looked after. */
  start(): void {
    this.#schedule(0)
  }

  close(): void {
    this.#cancelRound?.()
    this.#abort.abort(new Error('The DHT was closed'))
  }

  /** A node that serves the DHT is connected, from the address `contact.ip`. */
  discovered(contact: Contact): void {
    const isFirst = this.#table.size === 0
    this.#table.answered(contact)
    if (!isFirst || !this.#cancelRound) return
    this.#cancelRound()
    this.#schedule(0)
  }

  /** A connected node does not serve the DHT, or not any longer. */
  lost(id: Uint8Array): void {
    this.#table.remove(id)
  }

  /** The nodes of the routing table, to save and to start from. */
  contacts(): Contact[] {
    return this.#table.contacts()
  }

  /**
   * Responds to a message of the node `id`, which is connected from `ip`. Returns null if the message has no response. Throws `bad-message`.
   */
  handle(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Uint8Array | null {
    const message = this.#decode({ id, ip }, bytes)
    const { type, key } = message
    if (type === 'ping') return encodeMessage({ type })
    if (type === 'add-provider') {
      this.#addProvider(id, ip, message)
      return null
    }
    const providers = type === 'get-providers' ? this.#providersOf(key) : []
    const asker = keyOf(id)
    const isAsker = (contact: Contact) => contact.key.every((byte, i) => byte === asker[i])
    const closer = this.#table.closest(keyOf(key), K + 1).filter(contact => !isAsker(contact))
    return encodeMessage({ type, key, closer: closer.slice(0, K), providers })
  }

  /** A node sent a message that was too long to be read. */
  tooLong(id: Uint8Array, ip: Uint8Array | null): void {
    this.#report({ id, ip }, 'bad-message')
  }

  /** Names this node to those who ask who provides a key (a multihash), also before anybody was there to take an announcement. */
  startProviding(key: Uint8Array): void {
    this.#own.add(latin1(key))
  }

  stopProviding(key: Uint8Array): void {
    this.#own.delete(latin1(key))
  }

  /** Returns the nodes nearest to the key of `bytes`, nearest first: 20, or fewer if there are fewer. */
  async findNodes(bytes: Uint8Array, signal?: AbortSignal): Promise<Contact[]> {
    const { closest } = await this.#lookup(keyOf(bytes), bytes, { signal })
    return closest.slice(0, K).map(({ from }) => from)
  }

  /** Returns the nodes of the routing table nearest to the key of `bytes`, nearest first. */
  nearest(bytes: Uint8Array, count = K): Contact[] {
    return this.#table.closest(keyOf(bytes), count)
  }

  /** Returns all nodes of the region of a key (a multihash), at least the 20 nearest. Rejects only with the signal's reason, or after `close`. */
  async findRegion(key: Uint8Array, signal?: AbortSignal): Promise<Contact[]> {
    const { closest } = await this.#lookup(keyOf(key), key, { signal, region: true })
    return closest.map(({ from }) => from)
  }

  /** Announces to one node that we provide a key, for 48 hours. Rejects if the node cannot be reached. */
  async announce(contact: Contact, key: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { id, network, ownAddresses } = this.#options
    const message = encodeMessage({
      type: 'add-provider',
      key,
      providers: [{ id, addresses: ownAddresses() }],
    })
    await this.#timed(signal, limit => network.send(contact, message, limit))
  }

  /** Returns the providers of a key (a multihash). Rejects only with the signal's reason, or after `close`. */
  async findProviders(key: Uint8Array, options: FindProvidersOptions = {}): Promise<Contact[]> {
    const { count = 20, onProvider, signal } = options
    const found = new Map<string, Contact>()
    const add = (providers: readonly Contact[]) => {
      for (const provider of providers) {
        const id = String(provider.key)
        if (found.size >= count || found.has(id)) continue
        found.set(id, provider)
        onProvider?.(provider)
      }
      return found.size >= count
    }
    // In a small network we may be the one who stores it.
    if (add(this.providers.get(key, MAX_PROVIDERS))) return [...found.values()]
    await this.#lookup(keyOf(key), key, {
      signal,
      type: 'get-providers',
      onResponse: ({ providers }) => add(providers),
    })
    return [...found.values()]
  }

  /**
   * Announces that we provide a key (a multihash) to all nodes of its region, at least the 20 nearest. Returns how many took the announcement.
   * Nothing is announced while nobody can dial us. Rejects only with the signal's reason, or after `close`.
   */
  async provide(key: Uint8Array, signal?: AbortSignal): Promise<number> {
    this.startProviding(key)
    if (this.#options.ownAddresses().length === 0) return 0
    const waiting = await this.findRegion(key, signal)
    let taken = 0
    const announce = async () => {
      for (let contact = waiting.shift(); contact; contact = waiting.shift()) {
        await this.announce(contact, key, signal).then(
          () => taken++,
          () => {},
        )
        signal?.throwIfAborted()
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_ANNOUNCEMENTS }, announce))
    return taken
  }

  #schedule(delayMs: number): void {
    const { clock, random } = this.#options
    this.#cancelRound = clock.after(delayMs, async () => {
      this.#cancelRound = undefined
      await this.#maintain().catch(() => {})
      if (!this.#abort.signal.aborted) this.#schedule(ROUND_MS + random.below(ROUND_MS / 10))
    })
  }

  async #maintain(): Promise<void> {
    const { clock, random } = this.#options
    const signal = this.#abort.signal
    this.providers.expire()
    for (let contact = this.#table.due(); contact; contact = this.#table.due()) {
      const due = contact
      await this.#ask(due, encodeMessage({ type: 'find-node', key: this.#options.id }), signal).catch(
        () => {},
      )
      signal.throwIfAborted()
    }
    if (clock.nowMs() - this.#refreshedMs < REFRESH_MS || this.#table.size === 0) return
    this.#refreshedMs = clock.nowMs()
    await this.findNodes(this.#options.id, signal)
    for (let depth = 0; depth <= Math.min(MAX_REFRESH_DEPTH, this.#size.regionBits); depth++) {
      // One lookup is always due, since it measures the size of the network.
      if (depth > 0 && (this.#table.bucketSizes()[depth] ?? 0) >= K / 2) continue
      const name = nameAtDepth(this.key, depth, random)
      const { closest } = await this.#lookup(keyOf(name), name, { signal })
      const keys = closest.map(({ from }) => from.key)
      this.#size.add(keyOf(name), keys)
    }
  }

  /** This node comes first: it certainly has what it provides. */
  #providersOf(key: Uint8Array): NamedPeer[] {
    const stored = this.providers.get(key, MAX_PROVIDERS)
    const addresses = this.#own.has(latin1(key)) ? this.#options.ownAddresses() : []
    if (addresses.length === 0) return stored
    return [{ id: this.#options.id, addresses }, ...stored.slice(0, MAX_PROVIDERS - 1)]
  }

  #addProvider(id: Uint8Array, ip: Uint8Array | null, { key, providers }: Message): void {
    // libp2p/specs: a node announces only itself. Keys are multihashes.
    const own = providers.find(
      peer => peer.id.length === id.length && peer.id.every((byte, i) => byte === id[i]),
    )
    if (!own && providers.length > 0) this.#report({ id, ip }, 'forged')
    const contact = own && this.#contact(own, ip, true)
    if (contact && key.length > 2) this.providers.addAll([key], { ...contact, ip: ip ?? contact.ip })
  }

  #lookup(
    target: Uint8Array,
    key: Uint8Array,
    options: {
      readonly signal?: AbortSignal | undefined
      readonly type?: 'find-node' | 'get-providers'
      readonly region?: boolean
      readonly onResponse?: (response: ProviderResponse) => boolean
    },
  ): Promise<LookupResult<ProviderResponse>> {
    const { type = 'find-node', region, onResponse } = options
    const message = encodeMessage({ type, key })
    const signal = options.signal ? AbortSignal.any([options.signal, this.#abort.signal]) : this.#abort.signal
    return lookup({
      target,
      ownKey: this.key,
      clock: this.#options.clock,
      start: this.#table.closest(target),
      ask: (contact, ended) => this.#ask(contact, message, ended),
      ...((region || type === 'get-providers') && this.regionBits !== null
        ? { regionBits: this.regionBits }
        : {}),
      ...(onResponse ? { onResponse } : {}),
      signal,
    })
  }

  /** Queries a node, and enters the outcome in the table. */
  async #ask(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<ProviderResponse> {
    const { clock, network } = this.#options
    const askedMs = clock.nowMs()
    try {
      const { bytes, ip } = await this.#timed(signal, limit => network.request(contact, message, limit))
      const { closer, providers } = this.#decode({ id: contact.id, ip }, bytes)
      const from = { ...contact, ip: ip ?? contact.ip }
      this.#lastAnswerMs = clock.nowMs()
      this.#table.answered(from)
      const contacts = (peers: readonly NamedPeer[], mayRelay: boolean) =>
        peers.map(peer => this.#contact(peer, from.ip, mayRelay)).filter(named => named !== null)
      // Nodes of the DHT are reached directly; a provider may be behind a relay.
      return { from, closer: contacts(closer, false), providers: contacts(providers, true) }
    } catch (error) {
      if (!signal.aborted) this.#table.failed(contact, this.#lastAnswerMs < askedMs)
      throw error
    }
  }

  #decode(from: Pick<Contact, 'id' | 'ip'>, bytes: Uint8Array): Message {
    try {
      return decodeMessage(bytes)
    } catch (error) {
      this.#report(from, 'bad-message')
      throw error
    }
  }

  #report({ id, ip }: Pick<Contact, 'id' | 'ip'>, reason: Misconduct): void {
    this.#options.onMisconduct?.(id, ip, reason)
  }

  /** Limits `work` to the time that a node has to respond. */
  async #timed<R>(outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const limit = new AbortController()
    const cancel = this.#options.clock.after(RESPONSE_MS, () =>
      limit.abort(new Error('The node did not respond')),
    )
    const signals = [limit.signal, this.#abort.signal, ...(outer ? [outer] : [])]
    try {
      return await work(AbortSignal.any(signals))
    } finally {
      cancel()
    }
  }

  #contact(peer: NamedPeer, from: Uint8Array | null, mayRelay: boolean): Contact | null {
    const { addresses, ip } = this.#options.network.dialable(peer.addresses, from, mayRelay)
    return addresses.length > 0 ? { id: peer.id, key: keyOf(peer.id), addresses, ip } : null
  }
}

/**
 * Returns random bytes whose key shares exactly `depth` bits with `key`. Messages carry what is hashed to a place and not the place itself, so it
 * takes 2^(depth + 1) attempts on average.
 */
function nameAtDepth(key: Uint8Array, depth: number, random: Random): Uint8Array {
  for (;;) {
    const name = random.bytes(KEY_BYTES)
    if (sharedBits(keyOf(name), key) === depth) return name
  }
}
