import { hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ipNeighborhood } from '../../base/ip-owner.ts'
import { closestOf, sharedBits } from '../../base/xor-distance.ts'
import { type Contact, isVerified, ownerKey, sameEndpoint } from './contact.ts'
import { ID_BITS } from './node-id.ts'

/** BEP 5: K. */
const BUCKET_SIZE = 8
/**
 * Buckets of the most distant nodes are larger, so that lookups start some steps nearer and their
 * load is spread.
 */
const FAR_BUCKET_SIZES = [64, 32, 16]
/**
 * BEP 5: a node is good for 15 minutes after it was heard, and a bucket is refreshed after as long.
 */
export const GOOD_MS = 15 * 60_000
/** BEP 5: a node is bad after failing to answer several times in a row. */
const BAD_FAILURES = 2
/**
 * A bad node without a replacement stays until this many failures, so that the table survives a
 * network outage.
 */
const MAX_FAILURES = 6
/** BEP 5: a failed ping is repeated once; soon, in case the datagram was lost. */
const RETRY_MS = 30_000
const MAX_REPLACEMENTS = 8
/** Nodes of one /24 or /48 per bucket: the owner of such a network must not fill a bucket. */
const MAX_NEIGHBOURS = 2

/** A node in the table. */
export interface Entry {
  readonly contact: Contact
  /** The address allows the ID (BEP 42). */
  readonly verified: boolean
  /** Its `ownerKey` and `ipNeighborhood`. */
  readonly owner: string
  readonly network: string | null
  /**
   * Monotonic milliseconds of its last answer, of its last query to us, and of our last attempt.
   */
  answeredMs: number
  askedMs: number
  triedMs: number
  /** Unanswered queries since its last answer. */
  failures: number
}

interface Bucket {
  entries: Entry[]
  /** Nodes that answered while the bucket was full, in order of time. */
  replacements: Entry[]
  changedMs: number
}

/**
 * The routing table of one address family (BEP 5). Bucket `i` holds nodes that share exactly `i`
 * leading bits with our ID, and the last bucket all that share more; only that one splits. Only
 * nodes that answered enter. Does no I/O: its user queries the nodes.
 */
export class RoutingTable {
  readonly ownId: Uint8Array
  readonly #clock: Clock
  readonly #buckets: Bucket[] = []
  readonly #byId = new Map<string, Entry>()
  /** Nodes by `ownerKey`: at most one per address (a /64 of IPv6), except for local addresses. */
  readonly #byOwner = new Map<string, Entry>()

  constructor(ownId: Uint8Array, clock: Clock) {
    this.ownId = ownId
    this.#clock = clock
    this.#buckets.push(this.#newBucket())
  }

  /** Number of nodes, including bad ones. */
  get size(): number {
    return this.#byId.size
  }

  /** Number of good nodes. */
  get goodCount(): number {
    let count = 0
    for (const entry of this.#byId.values()) if (this.isGood(entry)) count++
    return count
  }

  get bucketCount(): number {
    return this.#buckets.length
  }

  entries(): Iterable<Entry> {
    return this.#byId.values()
  }

  /**
   * BEP 5: a node is good if it answered in the last 15 minutes, or answered once and queried us in
   * the last 15 minutes.
   */
  isGood(entry: Entry): boolean {
    return entry.failures === 0 && this.#clock.nowMs() - Math.max(entry.answeredMs, entry.askedMs) < GOOD_MS
  }

  /** A node answered us: adds it, renews it, or leaves it out by the rules of BEP 5 and BEP 42. */
  answered(contact: Contact): void {
    const now = this.#clock.nowMs()
    if (sharedBits(contact.id, this.ownId) === ID_BITS) return
    const known = this.#byId.get(hex(contact.id))
    if (known && sameEndpoint(known.contact, contact)) {
      Object.assign(known, { answeredMs: now, triedMs: now, failures: 0 })
      this.#bucketOf(contact.id).changedMs = now
      return
    }
    // The same ID at another address: a node that is alive keeps its place, or anyone could take it
    // over.
    if (known && known.failures < BAD_FAILURES) return
    const owner = ownerKey(contact)
    const rival = this.#byOwner.get(owner)
    // The same endpoint with another ID is a node that was restarted. Another port of the address
    // is another node, which must wait.
    if (rival && !sameEndpoint(rival.contact, contact) && rival.failures < BAD_FAILURES) return
    if (known) this.#remove(known)
    if (rival && rival !== known) this.#remove(rival)
    const [verified, network] = [isVerified(contact), ipNeighborhood(contact.ip)]
    this.#enter({
      contact,
      verified,
      owner,
      network,
      answeredMs: now,
      askedMs: -Infinity,
      triedMs: now,
      failures: 0,
    })
  }

  /** A node queried us. Returns true if the table knows it; otherwise it may be worth a ping. */
  asked(contact: Contact): boolean {
    const known = this.#byId.get(hex(contact.id))
    if (!known || !sameEndpoint(known.contact, contact)) return false
    known.askedMs = this.#clock.nowMs()
    return true
  }

  /**
   * A node did not answer. `alone`: no other node did either, so our own network may be down; the
   * node then keeps its place while there is no replacement.
   */
  failed(contact: Contact, alone = false): void {
    const entry = this.#byId.get(hex(contact.id))
    if (!entry || !sameEndpoint(entry.contact, contact)) return
    entry.triedMs = this.#clock.nowMs()
    if (!alone || entry.failures < BAD_FAILURES) entry.failures++
    if (entry.failures < BAD_FAILURES) return
    const bucket = this.#bucketOf(contact.id)
    const next = bucket.replacements.findLastIndex(candidate => this.#mayEnter(candidate, bucket, entry))
    if (next < 0 && entry.failures < MAX_FAILURES) return
    this.#remove(entry)
    if (next >= 0) this.#enter(bucket.replacements.splice(next, 1)[0]!)
  }

  /** Returns true if this node would enter the table if it answered. */
  hasRoomFor(contact: Contact): boolean {
    if (this.#byId.has(hex(contact.id)) || this.#byOwner.has(ownerKey(contact))) return false
    const index = this.#indexOf(contact.id)
    const bucket = this.#buckets[index]!
    return (
      bucket.entries.length < this.#sizeOf(index) ||
      this.#maySplit(index) ||
      bucket.entries.some(entry => entry.failures >= BAD_FAILURES)
    )
  }

  /**
   * Returns the `count` closest nodes, nearest first: those that are not bad, or with `goodOnly`
   * those that are good (BEP 5).
   */
  closest(target: Uint8Array, count = BUCKET_SIZE, goodOnly = false): Contact[] {
    const isUsable = (entry: Entry) => (goodOnly ? this.isGood(entry) : entry.failures < BAD_FAILURES)
    return closestOf(
      this.#buckets,
      { ownId: this.ownId, target, count },
      bucket => bucket.entries.filter(isUsable).map(({ contact }) => contact),
      ({ id }) => id,
    )
  }

  /**
   * Returns the node that should be queried next: one that failed once, perhaps because a datagram
   * was lost, or one not heard for 15 minutes. Returns null if there is none. Report the outcome
   * with `failed` or `answered`.
   */
  due(): Contact | null {
    const now = this.#clock.nowMs()
    let oldest: Entry | undefined
    let oldestMs = Infinity
    for (const entry of this.#byId.values()) {
      const lastMs = Math.max(entry.answeredMs, entry.triedMs)
      const waitMs = entry.failures === 1 ? RETRY_MS : GOOD_MS
      if (now - lastMs < waitMs || lastMs >= oldestMs) continue
      oldest = entry
      oldestMs = lastMs
    }
    return oldest?.contact ?? null
  }

  /**
   * Returns the index of a bucket that needs a refresh and marks it as refreshed, or returns null
   * if none does.
   */
  takeStaleDepth(): number | null {
    const now = this.#clock.nowMs()
    const stale = this.#buckets.findIndex(bucket => now - bucket.changedMs >= GOOD_MS)
    if (stale < 0) return null
    this.#buckets[stale]!.changedMs = now
    return stale
  }

  #enter(entry: Entry): void {
    for (;;) {
      const index = this.#indexOf(entry.contact.id)
      const bucket = this.#buckets[index]!
      const full = bucket.entries.length >= this.#sizeOf(index)
      if (full && this.#maySplit(index)) {
        this.#split()
        continue
      }
      const loser = full ? this.#worst(bucket, entry) : undefined
      if ((full && !loser) || !this.#mayEnter(entry, bucket, loser)) {
        this.#keepAside(bucket, entry)
        return
      }
      if (loser) this.#remove(loser)
      bucket.entries.push(entry)
      bucket.changedMs = this.#clock.nowMs()
      this.#byId.set(hex(entry.contact.id), entry)
      this.#byOwner.set(entry.owner, entry)
      return
    }
  }

  /**
   * Returns the entry of a full bucket to replace: a bad node, or an unverified one if the new one
   * is verified (BEP 42).
   */
  #worst(bucket: Bucket, entry: Entry): Entry | undefined {
    return (
      bucket.entries.find(other => other.failures >= BAD_FAILURES) ??
      (entry.verified ? bucket.entries.find(other => !other.verified) : undefined)
    )
  }

  /**
   * Allows one node per address in the table, and few of a small network in a bucket. `leaving`
   * does not count.
   */
  #mayEnter(entry: Entry, bucket: Bucket, leaving?: Entry): boolean {
    const rival = this.#byOwner.get(entry.owner)
    if (rival && rival !== leaving) return false
    if (entry.network === null) return true
    const same = (other: Entry) => other !== leaving && other.network === entry.network
    return bucket.entries.filter(same).length < MAX_NEIGHBOURS
  }

  #keepAside(bucket: Bucket, entry: Entry): void {
    const others = bucket.replacements.filter(({ contact }) => !sameEndpoint(contact, entry.contact))
    bucket.replacements = [...others, entry].slice(-MAX_REPLACEMENTS)
  }

  #remove(entry: Entry): void {
    const bucket = this.#bucketOf(entry.contact.id)
    bucket.entries = bucket.entries.filter(other => other !== entry)
    this.#byId.delete(hex(entry.contact.id))
    if (this.#byOwner.get(entry.owner) === entry) this.#byOwner.delete(entry.owner)
  }

  #split(): void {
    const old = this.#buckets.pop()!
    const depth = this.#buckets.length
    const isNear = ({ contact }: Entry) => sharedBits(contact.id, this.ownId) > depth
    const part = (near: boolean): Bucket => ({
      entries: old.entries.filter(entry => isNear(entry) === near),
      replacements: old.replacements.filter(entry => isNear(entry) === near),
      changedMs: old.changedMs,
    })
    this.#buckets.push(part(false), part(true))
  }

  #maySplit(index: number): boolean {
    return index === this.#buckets.length - 1 && index < ID_BITS - 1
  }

  #sizeOf(index: number): number {
    return FAR_BUCKET_SIZES[index] ?? BUCKET_SIZE
  }

  #indexOf(id: Uint8Array): number {
    return Math.min(sharedBits(id, this.ownId), this.#buckets.length - 1)
  }

  #bucketOf(id: Uint8Array): Bucket {
    return this.#buckets[this.#indexOf(id)]!
  }

  #newBucket(): Bucket {
    return { entries: [], replacements: [], changedMs: this.#clock.nowMs() }
  }
}
