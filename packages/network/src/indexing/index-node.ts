import { type Clock, ShoalError } from '@shoal/torrent'
import { type Random, sharedBits, shuffle } from '@shoal/torrent/base'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { decodeEntry, type SignedEntry, verifyEntry } from '../entries/entry.ts'
import { type Contact, keyOf, neighborhoodOf } from '../kad/contact.ts'
import type { KadNetwork, KadNode } from '../kad/kad-node.ts'
import { type Misconduct, NetworkBudgets, type ReportMisconduct } from '../misconduct.ts'
import type { IndexClient } from './client.ts'
import { EntryStore, type EntryStoreLimits, type StoreOutcome } from './entry-store.ts'
import {
  decodeRequest,
  encodeResponse,
  type IndexRequest,
  type IndexResponse,
  withdrawalText,
} from './messages.ts'

/** Keys announced with `/shoal/index/1` are valid for 12 hours. */
export const ANNOUNCEMENT_LIFE_MS = 12 * 3_600_000
/** Entries in the response to a query. */
export const MAX_FOUND = 500
/** Newer versions that answer an offer. */
const MAX_NEWER = 16
const CLOSER = 20
/** Time between two rounds in which entries are handed on to other nodes of the region, and the number of those. */
const REPLICATION_MS = 3_600_000
const REPLICAS_PER_ROUND = 4
/** Two nodes may differ about the size of the network, and so by a bit about the region of a key. */
const SLACK_BITS = 1
/** Signatures that are verified for one /24 or /48. */
const VERIFICATIONS = { burst: 2000, perSecond: 20 } as const
/** Bytes of requests that are read from one /24 or /48: the keys of ten thousand torrents, and no more than a node can do besides its own work. */
const REQUEST_BYTES = { burst: 8 * 1024 * 1024, perSecond: 64 * 1024 } as const

export interface IndexNodeOptions {
  readonly kad: KadNode
  readonly client: IndexClient
  readonly network: Pick<KadNetwork, 'dialable'>
  readonly clock: Clock
  readonly random: Random
  readonly limits?: EntryStoreLimits
  readonly onMisconduct?: ReportMisconduct
}

type Refusal = Exclude<Misconduct, 'unasked'> | Extract<StoreOutcome, 'foreign' | 'full'>

/** Counts of refusals since the start, by reason. */
export type Refusals = Readonly<Record<Refusal, number>>

/**
 * Serves `/shoal/index/1`: stores keys of providers and entries of the search for others, answers queries, and hands entries on to the nodes of its
 * region, so that they outlive the connections of those who published them.
 */
export class IndexNode {
  readonly store: EntryStore
  readonly #options: IndexNodeOptions
  readonly #abort = new AbortController()
  readonly #verifications: NetworkBudgets
  readonly #requestBytes: NetworkBudgets
  readonly #refused: Record<Refusal, number> = {
    'bad-message': 0,
    forged: 0,
    replayed: 0,
    flood: 0,
    foreign: 0,
    full: 0,
  }
  #cancelRound: (() => void) | undefined

  constructor(options: IndexNodeOptions) {
    this.#options = options
    this.store = new EntryStore(options.clock, options.limits)
    this.#verifications = new NetworkBudgets(options.clock, VERIFICATIONS)
    this.#requestBytes = new NetworkBudgets(options.clock, REQUEST_BYTES)
  }

  get refused(): Refusals {
    return this.#refused
  }

  /** Starts to hand entries on, until `close`. */
  start(): void {
    const { clock, random } = this.#options
    this.#cancelRound = clock.after(REPLICATION_MS + random.below(REPLICATION_MS / 10), async () => {
      await this.replicate().catch(() => {})
      if (!this.#abort.signal.aborted) this.start()
    })
  }

  close(): void {
    this.#cancelRound?.()
    this.#abort.abort(new Error('The index was closed'))
  }

  /** Responds to a request of the node `id`, which is connected from `ip`. Throws `bad-message`, and `refused` if its network sends too much. */
  handle(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Uint8Array {
    if (!this.#requestBytes.take(ip, bytes.length)) {
      this.#refuse('flood', id, ip)
      throw new ShoalError('refused', 'Too many requests came from this network')
    }
    return this.answer(id, ip, bytes)
  }

  /** The same without that budget, for requests of our own. Throws `bad-message`. */
  answer(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Uint8Array {
    try {
      return encodeResponse(this.#respond(id, ip, decodeRequest(bytes)))
    } catch (error) {
      this.#refuse('bad-message', id, ip)
      throw error
    }
  }

  /** A node sent a message that was too long to be read. */
  tooLong(id: Uint8Array, ip: Uint8Array | null): void {
    this.#refuse('bad-message', id, ip)
  }

  /** Hands all entries on to some other nodes of our region. */
  async replicate(): Promise<void> {
    const { kad, client, random } = this.#options
    this.store.expire()
    const entries = [...this.store.all()]
    if (entries.length === 0) return
    const bits = kad.regionBits ?? 0
    const neighbors = kad.contacts().filter(({ key }) => sharedBits(key, kad.key) >= bits)
    for (const contact of shuffle(neighbors, random).slice(0, REPLICAS_PER_ROUND)) {
      const { newer } = await client
        .handOver(contact, entries, this.#abort.signal)
        .catch(() => ({ newer: [] as readonly Uint8Array[] }))
      this.#abort.signal.throwIfAborted()
      this.#storeAll(contact.id, contact.ip, newer)
    }
  }

  #respond(id: Uint8Array, ip: Uint8Array | null, request: IndexRequest): Partial<IndexResponse> {
    switch (request.type) {
      case 'announce':
        return { accepted: this.#announce(id, ip, request) }
      case 'withdraw':
        return { accepted: this.#withdraw(id, ip, request) }
      case 'offer': {
        const references = request.references.filter(reference => !this.store.has(reference))
        const known = request.references
          .map(reference => this.#newer(reference))
          .filter(entry => entry !== null)
        return { references, entries: known.slice(0, MAX_NEWER).map(({ bytes }) => bytes) }
      }
      case 'store':
        return { accepted: this.#storeAll(id, ip, request.entries) }
      case 'get': {
        const found = request.references.map(reference => this.store.get(reference.id))
        return { entries: found.flatMap(signed => signed?.bytes ?? []) }
      }
      case 'find': {
        const found = this.store.find({ ...request, limit: Math.min(request.limit, MAX_FOUND) })
        return { ...found, closer: this.#closer(id, request.key) }
      }
    }
  }

  #announce(
    id: Uint8Array,
    ip: Uint8Array | null,
    { keys, sequence, addresses }: Extract<IndexRequest, { type: 'announce' }>,
  ): number {
    const { kad, network } = this.#options
    // Nodes of the index are reached directly; a provider may be behind a relay.
    const usable = network.dialable(addresses, ip, true)
    if (usable.addresses.length === 0) return 0
    const contact: Contact = { id, key: keyOf(id), addresses: usable.addresses, ip: ip ?? usable.ip }
    const terms = { lifeMs: ANNOUNCEMENT_LIFE_MS, sequence }
    const home = keys.filter(key => this.#belongs(key))
    this.#refused.foreign += keys.length - home.length
    return kad.providers.addAll(home, contact, terms)
  }

  #withdraw(
    id: Uint8Array,
    ip: Uint8Array | null,
    { keys, sequence, provider, signature }: Extract<IndexRequest, { type: 'withdraw' }>,
  ): number {
    if (!this.#verifications.take(ip)) return this.#refuse('flood', id, ip)
    const publicKey = publicKeyOf(provider)
    if (!publicKey || !verifyEd25519(publicKey, withdrawalText(keys, sequence), signature))
      return this.#refuse('forged', id, ip)
    return keys.filter(key => this.#options.kad.providers.withdraw(key, provider, sequence)).length
  }

  /** Stores entries until one is wrong. Returns how many it took. */
  #storeAll(id: Uint8Array, ip: Uint8Array | null, entries: readonly Uint8Array[]): number {
    const neighborhood = neighborhoodOf({ ip })
    let taken = 0
    for (const bytes of entries) {
      let signed: SignedEntry
      try {
        signed = decodeEntry(bytes)
      } catch {
        this.#refuse('bad-message', id, ip)
        break
      }
      const { id: name, entry } = signed
      if (this.store.has({ id: name, sequence: entry.sequence })) {
        if (this.store.get(name)!.entry.sequence > entry.sequence) this.#refuse('replayed', id, ip)
        continue
      }
      if (!this.#verifications.take(ip)) {
        this.#refuse('flood', id, ip)
        break
      }
      if (!verifyEntry(signed)) {
        this.#refuse('forged', id, ip)
        break
      }
      const outcome = this.store.put(signed, neighborhood, key => this.#belongs(key))
      if (outcome === 'stored') taken++
      else if (outcome === 'expired') this.#refuse('replayed', id, ip)
      else if (outcome === 'foreign' || outcome === 'full') this.#refused[outcome]++
    }
    return taken
  }

  #newer({ id, sequence }: { id: Uint8Array; sequence: number }): SignedEntry | null {
    const stored = this.store.get(id)
    return stored && stored.entry.sequence > sequence ? stored : null
  }

  #closer(id: Uint8Array, key: Uint8Array): Contact[] {
    const asker = keyOf(id)
    const isAsker = (contact: Contact) => contact.key.every((byte, at) => byte === asker[at])
    return this.#options.kad
      .nearest(key, CLOSER + 1)
      .filter(contact => !isAsker(contact))
      .slice(0, CLOSER)
  }

  /** Whether we are in the region of a key (a multihash). */
  #belongs(key: Uint8Array): boolean {
    const { kad } = this.#options
    return sharedBits(keyOf(key), kad.key) >= (kad.regionBits ?? 0) - SLACK_BITS
  }

  #refuse(reason: Exclude<Misconduct, 'unasked'>, id: Uint8Array, ip: Uint8Array | null): 0 {
    this.#refused[reason]++
    this.#options.onMisconduct?.(id, ip, reason)
    return 0
  }
}

/** An Ed25519 PeerId: an identity multihash of 36 bytes of Protocol Buffers, type Ed25519 and 32 bytes (libp2p/specs, peer-ids). */
const PEER_ID_START = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20] as const

function publicKeyOf(peerId: Uint8Array): Uint8Array | null {
  const isEd25519 = peerId.length === 38 && PEER_ID_START.every((byte, at) => peerId[at] === byte)
  return isEd25519 ? peerId.subarray(PEER_ID_START.length) : null
}
