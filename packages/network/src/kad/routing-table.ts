import type { Clock } from '@shoal/torrent'
import { closestOf, latin1, sharedBits } from '@shoal/torrent/base'
import { type Contact, KEY_BYTES, neighborhoodOf, ownerOf } from './contact.ts'

/** libp2p/specs, kad-dht: k. */
export const K = 20
/** Idle time after which a node is due for a query. */
const FRESH_MS = 15 * 60_000
/** Delay before a failed query is repeated once: the connection may have broken. */
const RETRY_MS = 30_000
/** Consecutive failures after which a node is replaced, if there is a replacement. */
const BAD_FAILURES = 2
/**
 * Consecutive failures after which it is removed without a replacement, so that the table survives
 * an outage of our own network.
 */
const MAX_FAILURES = 6
const MAX_REPLACEMENTS = 8
/**
 * Nodes per /24 or /48 in the table, and in a bucket: the owner of such a network must not fill
 * either.
 */
const MAX_NEIGHBORS = 10
const MAX_NEIGHBORS_IN_BUCKET = 2

interface Entry {
  readonly contact: Contact
  /** Monotonic milliseconds. */
  answeredMs: number
  triedMs: number
  /** Failed queries since the last answer. */
  failures: number
}

interface Bucket {
  entries: Entry[]
  /** Nodes that answered while the bucket was full, oldest first. */
  replacements: Entry[]
}

/**
 * Routing table of a node (libp2p/specs, kad-dht): bucket `i` holds up to 20 nodes whose keys share
 * exactly `i` leading bits with ours. Only nodes that answered are entered, one per IP address,
 * since an identity costs nothing. Does no I/O: its owner queries the nodes.
 */
export class RoutingTable {
  readonly #ownKey: Uint8Array
  readonly #clock: Clock
  readonly #buckets: Bucket[] = []
  readonly #byId = new Map<string, Entry>()
  /** Nodes by `ownerOf`, and their number by `neighborhoodOf`. */
  readonly #byOwner = new Map<string, Entry>()
  readonly #neighbors = new Map<string, number>()

  constructor(ownKey: Uint8Array, clock: Clock) {
    this.#ownKey = ownKey
    this.#clock = clock
  }

  /** Number of nodes, including those that failed recently. */
  get size(): number {
    return this.#byId.size
  }

  has(id: Uint8Array): boolean {
    return this.#byId.has(latin1(id))
  }

  contacts(): Contact[] {
    return Array.from(this.#byId.values(), entry => entry.contact)
  }

  /** Number of nodes in each bucket, from the farthest bucket to the nearest non-empty one. */
  bucketSizes(): number[] {
    return Array.from(this.#buckets, bucket => bucket?.entries.length ?? 0)
  }

  /**
   * Records an answer of a node at the address `contact.ip`: adds it, renews it, or keeps it as a
   * replacement.
   */
  answered(contact: Contact): void {
    const now = this.#clock.nowMs()
    const known = this.#byId.get(latin1(contact.id))
    // A connection proves the PeerId, so its owner may also change its address.
    if (known) this.#remove(known)
    this.#enter({ contact, answeredMs: now, triedMs: now, failures: 0 })
  }

  /**
   * Records that a node did not answer. `alone`: no other node answered in that time either, so our
   * own network may be down; the node is then kept unless there is a replacement.
   */
  failed(contact: Contact, alone = false): void {
    const entry = this.#byId.get(latin1(contact.id))
    if (!entry) return
    entry.triedMs = this.#clock.nowMs()
    if (!alone || entry.failures < BAD_FAILURES) entry.failures++
    if (entry.failures < BAD_FAILURES) return
    const bucket = this.#bucketOf(contact.key)
    const next = bucket.replacements.findLastIndex(other => this.#mayEnter(other, bucket, entry))
    if (next < 0 && entry.failures < MAX_FAILURES) return
    this.#remove(entry)
    if (next >= 0) this.#enter(bucket.replacements.splice(next, 1)[0]!)
  }

  /** Records that a node does not, or no longer, serve the DHT. */
  remove(id: Uint8Array): void {
    const entry = this.#byId.get(latin1(id))
    if (entry) this.#remove(entry)
  }

  /** Returns the good nodes closest to a key, nearest first. */
  closest(target: Uint8Array, count = K): Contact[] {
    return closestOf(
      this.#buckets,
      { ownId: this.#ownKey, target, count },
      bucket =>
        bucket.entries.filter(({ failures }) => failures < BAD_FAILURES).map(({ contact }) => contact),
      ({ key }) => key,
    )
  }

  /**
   * Returns the node to query next, or null if none is due. Report the outcome with `answered` or
   * `failed`.
   */
  due(): Contact | null {
    const now = this.#clock.nowMs()
    let oldest: Entry | undefined
    for (const entry of this.#byId.values()) {
      const waitMs = entry.failures === 1 ? RETRY_MS : FRESH_MS
      if (now - entry.triedMs >= waitMs && !(oldest && oldest.triedMs <= entry.triedMs)) oldest = entry
    }
    return oldest?.contact ?? null
  }

  #enter(entry: Entry): void {
    if (sharedBits(entry.contact.key, this.#ownKey) === 8 * KEY_BYTES) return
    const bucket = this.#bucketOf(entry.contact.key)
    const loser =
      bucket.entries.length < K ? undefined : bucket.entries.find(({ failures }) => failures >= BAD_FAILURES)
    if ((bucket.entries.length >= K && !loser) || !this.#mayEnter(entry, bucket, loser)) {
      const id = latin1(entry.contact.id)
      const others = bucket.replacements.filter(({ contact }) => latin1(contact.id) !== id)
      bucket.replacements = [...others, entry].slice(-MAX_REPLACEMENTS)
      return
    }
    if (loser) this.#remove(loser)
    bucket.entries.push(entry)
    this.#byId.set(latin1(entry.contact.id), entry)
    const owner = ownerOf(entry.contact)
    if (owner !== null) this.#byOwner.set(owner, entry)
    this.#countNeighbor(entry, 1)
  }

  /** Allows one node per address, and few per small network. `leaving` does not count. */
  #mayEnter({ contact }: Entry, bucket: Bucket, leaving?: Entry): boolean {
    const owner = ownerOf(contact)
    const rival = owner === null ? undefined : this.#byOwner.get(owner)
    if (rival && rival !== leaving && rival.failures < BAD_FAILURES) return false
    const neighborhood = neighborhoodOf(contact)
    if (neighborhood === null) return true
    const isNeighbor = (other: Entry) => neighborhoodOf(other.contact) === neighborhood
    const freed = leaving && isNeighbor(leaving) ? 1 : 0
    if ((this.#neighbors.get(neighborhood) ?? 0) - freed >= MAX_NEIGHBORS) return false
    const inBucket = bucket.entries.filter(other => other !== leaving && isNeighbor(other)).length
    return inBucket < MAX_NEIGHBORS_IN_BUCKET
  }

  #remove(entry: Entry): void {
    const bucket = this.#bucketOf(entry.contact.key)
    bucket.entries = bucket.entries.filter(other => other !== entry)
    this.#byId.delete(latin1(entry.contact.id))
    const owner = ownerOf(entry.contact)
    if (owner !== null && this.#byOwner.get(owner) === entry) this.#byOwner.delete(owner)
    this.#countNeighbor(entry, -1)
  }

  #countNeighbor(entry: Entry, change: 1 | -1): void {
    const neighborhood = neighborhoodOf(entry.contact)
    if (neighborhood === null) return
    const count = (this.#neighbors.get(neighborhood) ?? 0) + change
    if (count > 0) this.#neighbors.set(neighborhood, count)
    else this.#neighbors.delete(neighborhood)
  }

  #bucketOf(key: Uint8Array): Bucket {
    const index = sharedBits(key, this.#ownKey)
    while (this.#buckets.length <= index) this.#buckets.push({ entries: [], replacements: [] })
    return this.#buckets[index]!
  }
}
