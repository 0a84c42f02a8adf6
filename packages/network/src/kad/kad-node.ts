import type { Clock } from '@shoal/torrent'
import { equalBytes, latin1, type Random } from '@shoal/torrent/base'
import type { ReportMisconduct } from '../misconduct.ts'
import { type Contact, keyOf } from './contact.ts'
import { KadClient } from './kad-client.ts'
import type { KadNetwork } from './kad-network.ts'
import { Maintenance } from './maintenance.ts'
import { encodeMessage, type Message, type NamedPeer } from './messages.ts'
import { NetworkSize } from './network-size.ts'
import { ProviderStore, type ProviderStoreLimits } from './provider-store.ts'
import { K, RoutingTable } from './routing-table.ts'

/** Most providers in a response. */
const MAX_PROVIDERS = 100
/** Concurrent announcements to the nodes of a region. */
const PARALLEL_ANNOUNCEMENTS = 10

export interface KadNodeOptions {
  /** Our PeerId: a multihash. */
  readonly id: Uint8Array
  readonly network: KadNetwork
  readonly clock: Clock
  readonly random: Random
  /** Returns the multiaddrs at which others can dial us. */
  readonly ownAddresses: () => readonly Uint8Array[]
  readonly providers?: ProviderStoreLimits
  /** Estimated size of the network. Default: unknown at first. */
  readonly size?: NetworkSize
  readonly onMisconduct?: ReportMisconduct
}

export interface FindProvidersOptions {
  /** Number of different providers after which the search stops. Default 20. */
  readonly count?: number
  /** Receives each provider once, as soon as it is found. */
  readonly onProvider?: (provider: Contact) => void
  readonly signal?: AbortSignal
}

/**
 * A DHT node that speaks libp2p's protocol (libp2p/specs, kad-dht): finds the nodes near a key,
 * stores who provides keys, and finds providers. Network, clock and randomness are injected, so
 * that thousands of nodes can run in virtual time.
 */
export class KadNode {
  readonly key: Uint8Array
  /** This node, which needs no addresses to reach itself. */
  readonly self: Contact
  /** Records of other nodes stored by this one. */
  readonly providers: ProviderStore
  readonly #options: KadNodeOptions
  /** Keys that this node provides, as ISO 8859-1 text. */
  readonly #own = new Set<string>()
  readonly #table: RoutingTable
  readonly #size: NetworkSize
  readonly #client: KadClient
  readonly #maintenance: Maintenance

  constructor(options: KadNodeOptions) {
    this.#options = options
    this.key = keyOf(options.id)
    this.self = { id: options.id, key: this.key, addresses: [], ip: null }
    this.#size = options.size ?? new NetworkSize()
    this.#table = new RoutingTable(this.key, options.clock)
    const { key } = this
    const { id, clock, random, network, onMisconduct } = options
    const [table, size] = [this.#table, this.#size]
    this.#client = new KadClient({ key, network, clock, table, size, onMisconduct })
    this.providers = new ProviderStore(clock, options.providers, contact =>
      this.#client.report(contact, 'flood'),
    )
    const [client, providers] = [this.#client, this.providers]
    this.#maintenance = new Maintenance({ id, key, clock, random, client, table, size, providers })
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
   * Number of leading bits shared by the keys of a region, whose nodes store each other's records;
   * null while the size of the network is unknown.
   */
  get regionBits(): number | null {
    return this.#client.regionBits
  }

  /** Number of provider records stored for other nodes. */
  get storedRecords(): number {
    return this.providers.size
  }

  /**
   * Starts maintenance, until `close`: fills the table once a node is known, and keeps its nodes
   * and buckets fresh.
   */
  start(): void {
    this.#maintenance.start()
  }

  close(): void {
    this.#maintenance.close()
    this.#client.close()
  }

  /** Reports that a node that serves the DHT has connected, from the address `contact.ip`. */
  discovered(contact: Contact): void {
    const isFirst = this.#table.size === 0
    this.#table.answered(contact)
    if (isFirst) this.#maintenance.hurry()
  }

  /** Reports that a connected node does not, or no longer, serve the DHT. */
  lost(id: Uint8Array): void {
    this.#table.remove(id)
  }

  /** Returns the nodes of the routing table, to save them for a restart. */
  contacts(): Contact[] {
    return this.#table.contacts()
  }

  /**
   * Responds to a message of the node `id`, connected from `ip`. Returns null if the message has no
   * response. Throws `bad-message`.
   */
  handle(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Uint8Array | null {
    const message = this.#client.decode({ id, ip }, bytes)
    const { type, key } = message
    if (type === 'ping') return encodeMessage({ type })
    if (type === 'add-provider') {
      this.#addProvider(id, ip, message)
      return null
    }
    const providers = type === 'get-providers' ? this.#providersOf(key) : []
    const asker = keyOf(id)
    const isAsker = (contact: Contact) => equalBytes(contact.key, asker)
    const closer = this.#table.closest(keyOf(key), K + 1).filter(contact => !isAsker(contact))
    return encodeMessage({ type, key, closer: closer.slice(0, K), providers })
  }

  /** Reports that a node sent a message too long to read. */
  tooLong(id: Uint8Array, ip: Uint8Array | null): void {
    this.#client.report({ id, ip }, 'bad-message')
  }

  /**
   * Names this node to peers who ask for the providers of a key (a multihash), even before any node
   * has taken an announcement.
   */
  startProviding(key: Uint8Array): void {
    this.#own.add(latin1(key))
  }

  stopProviding(key: Uint8Array): void {
    this.#own.delete(latin1(key))
  }

  /** Returns up to 20 nodes nearest to the key of `bytes`, nearest first. */
  async findNodes(bytes: Uint8Array, signal?: AbortSignal): Promise<Contact[]> {
    const { closest } = await this.#client.lookup(keyOf(bytes), bytes, { signal })
    return closest.slice(0, K).map(({ from }) => from)
  }

  /** Returns the nodes of the routing table nearest to the key of `bytes`, nearest first. */
  nearest(bytes: Uint8Array, count = K): Contact[] {
    return this.#table.closest(keyOf(bytes), count)
  }

  /**
   * Returns all nodes in the region of a key (a multihash), at least the 20 nearest. Rejects only
   * with the signal's reason, or after `close`.
   */
  async findRegion(key: Uint8Array, signal?: AbortSignal): Promise<Contact[]> {
    const { closest } = await this.#client.lookup(keyOf(key), key, { signal, region: true })
    return closest.map(({ from }) => from)
  }

  /**
   * Announces to one node that we provide a key, for 48 hours. Rejects if the node cannot be
   * reached.
   */
  async announce(contact: Contact, key: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { id, ownAddresses } = this.#options
    const message = encodeMessage({
      type: 'add-provider',
      key,
      providers: [{ id, addresses: ownAddresses() }],
    })
    await this.#client.send(contact, message, signal)
  }

  /**
   * Returns the providers of a key (a multihash). Rejects only with the signal's reason, or after
   * `close`.
   */
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
    // In a small network, the record may be stored on this node.
    if (add(this.providers.get(key, MAX_PROVIDERS))) return [...found.values()]
    await this.#client.lookup(keyOf(key), key, {
      signal,
      type: 'get-providers',
      onResponse: ({ providers }) => add(providers),
    })
    return [...found.values()]
  }

  /**
   * Announces that we provide a key (a multihash) to all nodes in its region, at least the 20
   * nearest. Returns how many took the announcement. Announces nothing while this node cannot be
   * dialed. Rejects only with the signal's reason, or after `close`.
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

  /** This node comes first: it certainly has what it provides. */
  #providersOf(key: Uint8Array): NamedPeer[] {
    const stored = this.providers.get(key, MAX_PROVIDERS)
    const addresses = this.#own.has(latin1(key)) ? this.#options.ownAddresses() : []
    if (addresses.length === 0) return stored
    return [{ id: this.#options.id, addresses }, ...stored.slice(0, MAX_PROVIDERS - 1)]
  }

  #addProvider(id: Uint8Array, ip: Uint8Array | null, { key, providers }: Message): void {
    // libp2p/specs: a node announces only itself. Keys are multihashes.
    const own = providers.find(peer => equalBytes(peer.id, id))
    if (!own && providers.length > 0) this.#client.report({ id, ip }, 'forged')
    const contact = own && this.#client.contact(own, ip, true)
    if (contact && key.length > 2) this.providers.addAll([key], { ...contact, ip: ip ?? contact.ip })
  }
}
