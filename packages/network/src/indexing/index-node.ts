import { type Clock, ShoalError } from '@shoal/torrent'
import { equalBytes, type Random, sharedBits, shuffle } from '@shoal/torrent/base'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { decodeEntry, type SignedEntry, verifyEntry } from '../entries/entry.ts'
import { type Contact, keyOf, neighborhoodOf } from '../kad/contact.ts'
import type { KadNetwork } from '../kad/kad-network.ts'
import type { KadNode } from '../kad/kad-node.ts'
import { finishNow, type Work } from '../kad/turns.ts'
import { type Misconduct, type ReportMisconduct, SenderBudgets } from '../misconduct.ts'
import type { IndexClient } from './client.ts'
import { ALLOWED_COST, costOfBytes, costOfRequest, costOfResponse } from './costs.ts'
import { EntryStore, type EntryStoreLimits, type StoreOutcome } from './entry-store.ts'
import {
  decodeRequest,
  encodeResponse,
  type IndexRequest,
  type IndexResponse,
  MAX_FOUND,
  type Reference,
  withdrawalText,
} from './messages.ts'

/** Keys announced with `/shoal/index/1` are valid for 12 hours. */
export const ANNOUNCEMENT_LIFE_MS = 12 * 3_600_000
/** Most newer versions returned for an offer. */
const MAX_NEWER = 16
const CLOSER = 20
/**
 * Time between two rounds of passing entries on to other nodes of the region, and the number of
 * those nodes.
 */
const REPLICATION_MS = 3_600_000
const REPLICAS_PER_ROUND = 4
/**
 * Two nodes may estimate the size of the network differently, and so the region of a key, by a bit.
 */
const SLACK_BITS = 1
/** Signature verifications per identity, and per /24 or /48. */
const VERIFICATIONS = { burst: 2000, perSecond: 20 } as const
/** Keys, references and entries processed in one step, which takes about a millisecond at most. */
const KEYS_AT_ONCE = 25
const REFERENCES_AT_ONCE = 100

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

/** Refusals since the start, by reason. */
export type Refusals = Readonly<Record<Refusal, number>>

/**
 * Serves `/shoal/index/1`: stores providers' keys and search entries for other nodes, answers
 * queries, and passes entries on to the nodes of its region, so that they outlive their publishers'
 * connections.
 */
export class IndexNode {
  readonly store: EntryStore
  readonly #options: IndexNodeOptions
  readonly #abort = new AbortController()
  readonly #verifications: SenderBudgets
  readonly #costs: SenderBudgets
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
    this.#verifications = new SenderBudgets(options.clock, VERIFICATIONS)
    this.#costs = new SenderBudgets(options.clock, ALLOWED_COST)
  }

  get refused(): Refusals {
    return this.#refused
  }

  /** Passes entries on periodically, until `close`. */
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

  /** Responds to a request of the node `id` like `work`, but without yielding. */
  handle(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Uint8Array {
    return finishNow(this.work(id, ip, bytes))
  }

  /**
   * Responds to a request of the node `id`, connected from `ip`. Throws `bad-message`, and
   * `refused` if the node or its network sends too much.
   */
  *work(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Work<Uint8Array> {
    this.#pay(id, ip, costOfBytes(bytes))
    const request = this.#decode(id, ip, bytes)
    this.#pay(id, ip, costOfRequest(request))
    yield
    const response = yield* this.#respond(id, ip, request)
    yield
    const encoded = encodeResponse(response)
    this.#costs.charge(id, ip, costOfResponse(request, response, encoded))
    return encoded
  }

  /** Responds to our own requests, without budgets. Throws `bad-message`. */
  *answer(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): Work<Uint8Array> {
    return encodeResponse(yield* this.#respond(id, ip, this.#decode(id, ip, bytes)))
  }

  /** Reports that a node sent a message too long to read. */
  tooLong(id: Uint8Array, ip: Uint8Array | null): void {
    this.#refuse('bad-message', id, ip)
  }

  /** Passes all entries on to some other nodes of our region. */
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
      finishNow(this.#storeAll(contact.id, contact.ip, newer))
    }
  }

  #decode(id: Uint8Array, ip: Uint8Array | null, bytes: Uint8Array): IndexRequest {
    try {
      return decodeRequest(bytes)
    } catch (error) {
      this.#refuse('bad-message', id, ip)
      throw error
    }
  }

  #pay(id: Uint8Array, ip: Uint8Array | null, cost: number): void {
    const refusal = this.#costs.refuses(id, ip, cost)
    if (!refusal) return
    this.#refuseMore(refusal, id, ip)
    if (refusal === 'flood') throw new ShoalError('refused', 'This node sent too many requests')
    throw new ShoalError('refused', 'Too many requests came from this network')
  }

  *#respond(id: Uint8Array, ip: Uint8Array | null, request: IndexRequest): Work<Partial<IndexResponse>> {
    switch (request.type) {
      case 'announce':
        return { accepted: yield* this.#announce(id, ip, request) }
      case 'withdraw':
        return { accepted: yield* this.#withdraw(id, ip, request) }
      case 'offer':
        return yield* this.#wanted(request.references)
      case 'store':
        return { accepted: yield* this.#storeAll(id, ip, request.entries) }
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

  /** Selects the offered entries that this node lacks, and returns newer versions of the rest. */
  *#wanted(offered: readonly Reference[]): Work<Partial<IndexResponse>> {
    const references: Reference[] = []
    const entries: Uint8Array[] = []
    for (const part of parts(offered, REFERENCES_AT_ONCE)) {
      for (const reference of part) {
        if (!this.store.has(reference)) references.push(reference)
        else if (entries.length < MAX_NEWER) entries.push(...this.#newer(reference))
      }
      yield
    }
    return { references, entries }
  }

  *#announce(
    id: Uint8Array,
    ip: Uint8Array | null,
    { keys, sequence, addresses }: Extract<IndexRequest, { type: 'announce' }>,
  ): Work<number> {
    const { kad, network } = this.#options
    // Index nodes are reached directly; a provider may be behind a relay.
    const usable = network.dialable(addresses, ip, true)
    if (usable.addresses.length === 0) return 0
    const contact: Contact = { id, key: keyOf(id), addresses: usable.addresses, ip: ip ?? usable.ip }
    const terms = { lifeMs: ANNOUNCEMENT_LIFE_MS, sequence }
    let [home, taken] = [0, 0]
    for (const part of parts(keys, KEYS_AT_ONCE)) {
      for (const key of part) {
        if (!this.#belongs(key)) continue
        home++
        if (kad.providers.add(key, contact, terms)) taken++
      }
      yield
    }
    this.#refused.foreign += keys.length - home
    kad.providers.noRoom(contact, home - taken)
    return taken
  }

  *#withdraw(
    id: Uint8Array,
    ip: Uint8Array | null,
    { keys, sequence, provider, signature }: Extract<IndexRequest, { type: 'withdraw' }>,
  ): Work<number> {
    const refusal = this.#verifications.refuses(id, ip)
    if (refusal) return this.#refuseMore(refusal, id, ip)
    const publicKey = publicKeyOf(provider)
    if (!publicKey || !verifyEd25519(publicKey, withdrawalText(keys, sequence), signature))
      return this.#refuse('forged', id, ip)
    let removed = 0
    for (const part of parts(keys, KEYS_AT_ONCE)) {
      for (const key of part) if (this.#options.kad.providers.withdraw(key, provider, sequence)) removed++
      yield
    }
    return removed
  }

  /** Stores entries up to the first invalid one. Returns how many it took. */
  *#storeAll(id: Uint8Array, ip: Uint8Array | null, entries: readonly Uint8Array[]): Work<number> {
    const neighborhood = neighborhoodOf({ ip })
    let taken = 0
    for (const bytes of entries) {
      yield
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
      const refusal = this.#verifications.refuses(id, ip)
      if (refusal) {
        this.#refuseMore(refusal, id, ip)
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

  #newer({ id, sequence }: Reference): Uint8Array[] {
    const stored = this.store.get(id)
    return stored && stored.entry.sequence > sequence ? [stored.bytes] : []
  }

  #closer(id: Uint8Array, key: Uint8Array): Contact[] {
    const asker = keyOf(id)
    const isAsker = (contact: Contact) => equalBytes(contact.key, asker)
    return this.#options.kad
      .nearest(key, CLOSER + 1)
      .filter(contact => !isAsker(contact))
      .slice(0, CLOSER)
  }

  /** Returns whether this node is in the region of a key (a multihash). */
  #belongs(key: Uint8Array): boolean {
    const { kad } = this.#options
    return sharedBits(keyOf(key), kad.key) >= (kad.regionBits ?? 0) - SLACK_BITS
  }

  #refuse(reason: Exclude<Misconduct, 'unasked'>, id: Uint8Array, ip: Uint8Array | null): 0 {
    this.#refused[reason]++
    this.#options.onMisconduct?.(id, ip, reason)
    return 0
  }

  /**
   * Refuses what exceeds a budget. A node is not blamed for the traffic of others in its network;
   * there is just no room for it.
   */
  #refuseMore(reason: 'flood' | 'busy', id: Uint8Array, ip: Uint8Array | null): 0 {
    if (reason === 'flood') return this.#refuse('flood', id, ip)
    this.#refused.full++
    return 0
  }
}

function* parts<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}

/**
 * An Ed25519 PeerId: an identity multihash of 36 bytes of Protocol Buffers, type Ed25519 and 32
 * bytes (libp2p/specs, peer-ids).
 */
const PEER_ID_START = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20] as const

function publicKeyOf(peerId: Uint8Array): Uint8Array | null {
  const isEd25519 = peerId.length === 38 && PEER_ID_START.every((byte, at) => peerId[at] === byte)
  return isEd25519 ? peerId.subarray(PEER_ID_START.length) : null
}
