import type { Clock } from '@shoal/torrent'
import { compareBytes, fromLatin1, latin1, sharedBits } from '@shoal/torrent/base'
import { entryWords, type SignedEntry } from '../entries/entry.ts'
import { type Contact, keyOf } from '../kad/contact.ts'
import type { KadNode } from '../kad/kad-node.ts'
import { keywordKey } from '../keys.ts'
import type { IndexClient } from './client.ts'
import { type IndexRequest, MAX_KEYS, withdrawalText } from './messages.ts'

/** Time until all items are announced again: announcements are valid for 12 hours. */
export const RENEWAL_MS = 8 * 3_600_000
/**
 * Nodes without `/shoal/index/1` receive keys one by one, in every third round: there they are
 * valid for 48 hours.
 */
const STOCK_EVERY = 3
/** Time between two regions if there are new items. */
const HURRY_MS = 1000
/** Time until the next attempt while the network's size is unknown. */
const UNKNOWN_MS = 5000
const PARALLEL = 10

export interface IndexPublisherOptions {
  /** Our PeerId. */
  readonly id: Uint8Array
  readonly kad: KadNode
  readonly client: IndexClient
  readonly clock: Clock
  /** Returns the multiaddrs at which others can dial us. */
  readonly ownAddresses: () => readonly Uint8Array[]
  /**
   * This node's own index, which stores what belongs to its region, so that a network of two nodes
   * has each item twice.
   */
  readonly server: boolean
  /** Signs with the network key (Ed25519). */
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
}

/** A key or entry at its place in the key space. An entry has one item per word. */
interface Item {
  readonly place: Uint8Array
  /** A multihash. */
  readonly key: Uint8Array
  /** Null for a provided key. */
  readonly entry: SignedEntry | null
  /** Null before the first time. */
  announced: Announcement | null
  /** Whether it was announced with addresses that are no longer ours. */
  isStale: boolean
}

/** When an item was announced, in Unix milliseconds, and how many nodes took it. */
export interface Announcement {
  readonly atMs: number
  readonly nodes: number
}

/**
 * Announces keys and publishes entries periodically: one walk per region of the key space that has
 * any, spread evenly over 8 hours, and one message to each node of the region with all its keys.
 */
export class IndexPublisher {
  readonly #options: IndexPublisherOptions
  readonly #abort = new AbortController()
  /** Provided keys and published entries, by key and ID as ISO 8859-1 text. */
  readonly #keys = new Map<string, Item>()
  readonly #entries = new Map<string, Item[]>()
  /** All items by place; null after a change. */
  #sorted: Item[] | null = null
  /** Place of the last item in the region announced last. */
  #at = new Uint8Array(32)
  #round = 0
  #cancel: (() => void) | undefined
  #isRunning = false

  constructor(options: IndexPublisherOptions) {
    this.#options = options
  }

  /** Numbers of keys and entries. */
  get size(): { readonly keys: number; readonly entries: number } {
    return { keys: this.#keys.size, entries: this.#entries.size }
  }

  /** Starts announcing, until `close`. */
  start(): void {
    this.#isRunning = true
    this.#schedule(0)
  }

  close(): void {
    this.#isRunning = false
    this.#cancel?.()
    this.#abort.abort(new Error('The index was closed'))
  }

  /**
   * Provides keys (multihashes): names this node to peers who ask, announces the keys, and renews
   * them.
   */
  provide(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      this.#options.kad.startProviding(key)
      const name = latin1(key)
      if (this.#keys.has(name)) continue
      this.#keys.set(name, { place: keyOf(key), key, entry: null, announced: null, isStale: false })
      this.#sorted = null
    }
    this.#hurry()
  }

  /** Returns the last announcement of a key; null if there was none, or if it is not provided. */
  announced(key: Uint8Array): Announcement | null {
    return this.#keys.get(latin1(key))?.announced ?? null
  }

  /**
   * Returns when nodes last took an entry, and the highest number of them for one of its words;
   * null if none did yet, or if it is not published.
   */
  handedOver(id: Uint8Array): Announcement | null {
    const items = this.#entries.get(latin1(id)) ?? []
    const taken = items.flatMap(({ announced }) => (announced && announced.nodes > 0 ? announced : []))
    if (taken.length === 0) return null
    return {
      atMs: Math.max(...taken.map(({ atMs }) => atMs)),
      nodes: Math.max(...taken.map(({ nodes }) => nodes)),
    }
  }

  /** Announces all keys again soon, because our addresses have changed. */
  readdress(): void {
    for (const item of this.#keys.values()) item.isStale = true
    this.#hurry()
  }

  /**
   * Announces keys at once, and from then on like those of `provide`. Rejects with the signal's
   * reason.
   */
  async provideNow(keys: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    this.provide(keys)
    // The nodes that connect first receive them.
    if (this.#options.kad.tableSize === 0) return
    const items = keys.map(key => this.#keys.get(latin1(key))!)
    await Promise.all(items.map(item => this.#announce(item.key, [item], signal)))
  }

  /**
   * Publishes an entry, or a new version of one, at the index nodes of its words, and renews it
   * until it expires.
   */
  publish(signed: SignedEntry): void {
    const name = latin1(signed.id)
    const keys = new Map(
      Array.from(entryWords(signed.entry).places.keys(), keywordKey).map(key => [latin1(key), key]),
    )
    // The nodes of dropped words have to replace the old version, too.
    for (const { key } of this.#entries.get(name) ?? []) keys.set(latin1(key), key)
    const items = Array.from(keys.values(), key => ({
      ...{ place: keyOf(key), key },
      ...{ entry: signed, announced: null, isStale: false },
    }))
    this.#entries.set(name, items)
    this.#sorted = null
    this.#hurry()
  }

  /**
   * Replaces an entry by its withdrawal at the nodes of its words, and stops renewing it. Resolves
   * when they have been notified.
   */
  async retract(published: SignedEntry, withdrawal: SignedEntry): Promise<void> {
    const name = latin1(withdrawal.id)
    const keys = new Map<string, Uint8Array>()
    for (const { key } of this.#entries.get(name) ?? []) keys.set(latin1(key), key)
    for (const key of Array.from(entryWords(published.entry).places.keys(), keywordKey))
      keys.set(latin1(key), key)
    this.#entries.delete(name)
    this.#sorted = null
    for (const key of keys.values()) {
      await this.#eachInRegion(key, contact =>
        this.#options.client.handOver(contact, [withdrawal], this.#abort.signal),
      )
    }
  }

  /**
   * Withdraws keys and stops announcing them. Resolves when the nodes of their regions have been
   * notified.
   */
  async withdraw(keys: readonly Uint8Array[]): Promise<void> {
    const { id, kad, clock, client, sign } = this.#options
    for (const key of keys) {
      kad.stopProviding(key)
      this.#keys.delete(latin1(key))
    }
    this.#sorted = null
    const waiting = new Map(keys.map(key => [latin1(key), keyOf(key)]))
    for (const [name, place] of waiting) {
      const bits = kad.regionBits ?? 8 * place.length
      const together = [...waiting].filter(([, other]) => sharedBits(place, other) >= bits).slice(0, MAX_KEYS)
      for (const [other] of together) waiting.delete(other)
      const part = together.map(([other]) => fromLatin1(other))
      const sequence = clock.unixMs()
      const signature = await sign(withdrawalText(part, sequence))
      const request: IndexRequest = { type: 'withdraw', keys: part, sequence, provider: id, signature }
      await this.#eachInRegion(fromLatin1(name), contact => client.ask(contact, request, this.#abort.signal))
    }
  }

  #hurry(): void {
    if (this.#isRunning) this.#schedule(HURRY_MS)
  }

  #schedule(delayMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#options.clock.after(delayMs, async () => {
      this.#cancel = undefined
      const nextMs = await this.#announceNext().catch(() => HURRY_MS)
      if (this.#isRunning && !this.#cancel) this.#schedule(nextMs)
    })
  }

  /** Announces the items of one region. Returns the delay until the next one in milliseconds. */
  async #announceNext(): Promise<number> {
    const { kad, clock } = this.#options
    const items = this.#items()
    const bits = kad.regionBits
    // The size of the network is measured soon after the first node has connected.
    if (items.length === 0 || bits === null || kad.tableSize === 0) return UNKNOWN_MS
    const first = items.find(isUrgent) ?? this.#next(items)
    const isNew = isUrgent(first)
    const region = items.filter(({ place }) => sharedBits(first.place, place) >= bits)
    const startMs = clock.nowMs()
    await this.#announce(first.key, region)
    if (!isNew) this.#at.set(region.at(-1)!.place)
    if (items.some(isUrgent)) return HURRY_MS
    return Math.max(HURRY_MS, (RENEWAL_MS * region.length) / items.length - (clock.nowMs() - startMs))
  }

  #items(): Item[] {
    const now = this.#options.clock.unixMs() / 1000
    for (const [name, items] of this.#entries)
      if (items[0] && items[0].entry!.entry.expires <= now) {
        this.#entries.delete(name)
        this.#sorted = null
      }
    this.#sorted ??= [...this.#keys.values(), ...[...this.#entries.values()].flat()].sort((a, b) =>
      compareBytes(a.place, b.place),
    )
    return this.#sorted
  }

  #next(items: readonly Item[]): Item {
    const next = items.find(({ place }) => compareBytes(place, this.#at) > 0)
    if (next) return next
    this.#round++
    return items[0]!
  }

  /** Announces items to the nodes of the region of a key. */
  async #announce(key: Uint8Array, region: readonly Item[], until?: AbortSignal): Promise<void> {
    const { kad, client, clock, ownAddresses } = this.#options
    const addresses = ownAddresses()
    const keys = addresses.length > 0 ? region.filter(({ entry }) => !entry).map(item => item.key) : []
    const entries = [...new Set(region.flatMap(({ entry }) => entry ?? []))]
    const signal = until ? AbortSignal.any([until, this.#abort.signal]) : this.#abort.signal
    const sequence = clock.unixMs()
    let nodes = 0
    const announceTo = async (contact: Contact) => {
      if (contact === kad.self) {
        await client.handOver(contact, entries, signal)
        return
      }
      let accepted = entries.length
      try {
        for (let at = 0; at < keys.length; at += MAX_KEYS) {
          const part = keys.slice(at, at + MAX_KEYS)
          const request: IndexRequest = { type: 'announce', keys: part, sequence, addresses }
          accepted += (await client.ask(contact, request, signal)).response.accepted
        }
        if (entries.length > 0) await client.handOver(contact, entries, signal)
      } catch (error) {
        if ((error as { code?: string }).code !== 'unsupported') return
        // Between these rounds the node still has the keys.
        if (this.#round % STOCK_EVERY === 0)
          for (const each of keys) await kad.announce(contact, each, signal)
        accepted = keys.length
      }
      if (accepted > 0) nodes++
    }
    await this.#eachInRegion(key, announceTo, signal)
    for (const item of region) {
      item.announced = { atMs: clock.unixMs(), nodes }
      item.isStale = false
    }
  }

  /** Runs an action for each node of a key's region, and ignores unreachable nodes. */
  async #eachInRegion(
    key: Uint8Array,
    work: (contact: Contact) => Promise<unknown>,
    signal = this.#abort.signal,
  ): Promise<void> {
    const { kad, server } = this.#options
    const waiting = await kad.findRegion(key, signal)
    if (server && sharedBits(keyOf(key), kad.key) >= (kad.regionBits ?? 0)) waiting.push(kad.self)
    const next = async () => {
      for (let contact = waiting.shift(); contact; contact = waiting.shift()) {
        await work(contact).catch(() => {})
        signal.throwIfAborted()
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, next))
  }
}

function isUrgent({ announced, isStale }: Item): boolean {
  return !announced || isStale
}
