import { hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type Contact, isVerified, neighbourKey, ownerKey, sameEndpoint } from './contact.ts'
import { compareDistance, ID_BITS, sharedBits } from './node-id.ts'

/** BEP 5: K. */
export const BUCKET_SIZE = 8
/** Buckets of the far halves are larger, so that lookups begin some steps nearer and few nodes serve as many as want them. */
const FAR_BUCKET_SIZES = [64, 32, 16]
/** BEP 5: a node is good for 15 minutes after it was heard; a bucket wants refreshing after as long. */
export const GOOD_MS = 15 * 60_000
/** BEP 5: bad after failing to answer several times in a row. */
const BAD_FAILURES = 2
/** A bad node without a replacement stays, so that a network that was away finds its table again; but not for ever. */
const MAX_FAILURES = 6
/** BEP 5: a failed ping is tried once more; soon, in case the datagram was lost. */
const RETRY_MS = 30_000
const MAX_REPLACEMENTS = 8
/** Nodes of one small network in a bucket: who holds a /24 or /48 must not fill one. */
const MAX_NEIGHBOURS = 2

/** A node in the table. */
export interface Entry {
  readonly contact: Contact
  /** Its ID is tied to its address (BEP 42). */
  readonly verified: boolean
  /** `ownerKey` and `neighbourKey` of it. */
  readonly owner: string
  readonly network: string | null
  /** Monotonic milliseconds of its last answer, of its last query to us, and of our last attempt. */
  answeredMs: number
  askedMs: number
  triedMs: number
  /** Failures to answer since its last answer. */
  failures: number
}

interface Bucket {
  entries: Entry[]
  /** Nodes that answered while the bucket was full, the latest last. */
  replacements: Entry[]
  changedMs: number
}

/**
 * The nodes we know, of one address family (BEP 5). Bucket `i` holds nodes that share exactly `i` leading bits with our ID, the last one
 * all that share more; it alone splits. Only nodes that answered enter. Not of this table: who asks them. A decision, no I/O.
 */
export class RoutingTable {
  readonly ownId: Uint8Array
  readonly #clock: Clock
  readonly #buckets: Bucket[] = []
  readonly #byId = new Map<string, Entry>()
  /** Who holds which place: one node an address (a /64 of IPv6), local addresses apart. */
  readonly #byOwner = new Map<string, Entry>()

  constructor(ownId: Uint8Array, clock: Clock) {
    this.ownId = ownId
    this.#clock = clock
    this.#buckets.push(this.#newBucket())
  }

  /** How many nodes there are, bad ones included. */
  get size(): number {
    return this.#byId.size
  }

  /** How many answered lately. */
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

  /** BEP 5: answered in the last 15 minutes, or ever and asked us something in the last 15. */
  isGood(entry: Entry): boolean {
    return entry.failures === 0 && this.#clock.nowMs() - Math.max(entry.answeredMs, entry.askedMs) < GOOD_MS
  }

  /** A node answered us. Enters it, renews it, or leaves it out as the rules of BEP 5 and BEP 42 want. */
  answered(contact: Contact): void {
    const now = this.#clock.nowMs()
    if (sharedBits(contact.id, this.ownId) === ID_BITS) return
    const known = this.#byId.get(hex(contact.id))
    if (known && sameEndpoint(known.contact, contact)) {
      Object.assign(known, { answeredMs: now, triedMs: now, failures: 0 })
      this.#bucketOf(contact.id).changedMs = now
      return
    }
    // The same ID elsewhere: whoever is there and alive keeps its place, or anyone could take it over.
    if (known && known.failures < BAD_FAILURES) return
    const owner = ownerKey(contact)
    const rival = this.#byOwner.get(owner)
    // The same place with another ID: a node that began anew. Another port of the address is somebody else, who must wait.
    if (rival && !sameEndpoint(rival.contact, contact) && rival.failures < BAD_FAILURES) return
    if (known) this.#remove(known)
    if (rival && rival !== known) this.#remove(rival)
    const [verified, network] = [isVerified(contact), neighbourKey(contact)]
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

  /** A node asked us something. True when the table knows it; false when it might be worth a ping. */
  asked(contact: Contact): boolean {
    const known = this.#byId.get(hex(contact.id))
    if (!known || !sameEndpoint(known.contact, contact)) return false
    known.askedMs = this.#clock.nowMs()
    return true
  }

  /**
   * A node did not answer. `alone`: nor did anyone else meanwhile, so the fault may be our own network's; the node then keeps its place
   * while there is no other for it.
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

  /** Whether a node with this ID, if it answered, would find a place. */
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

  /** The `count` closest nodes that are not known to be bad, nearest first; good ones before others with `goodOnly` (BEP 5). */
  closest(target: Uint8Array, count = BUCKET_SIZE, goodOnly = false): Contact[] {
    const found: Contact[] = []
    // Nodes of the target's own bucket share more bits with it than any other; then all deeper ones; then each shallower one.
    const home = this.#indexOf(target)
    const groups = [
      [home],
      range(home + 1, this.#buckets.length),
      ...range(0, home)
        .reverse()
        .map(i => [i]),
    ]
    for (const group of groups) {
      const contacts = group
        .flatMap(index => this.#buckets[index]!.entries)
        .filter(entry => (goodOnly ? this.isGood(entry) : entry.failures < BAD_FAILURES))
        .map(entry => entry.contact)
      contacts.sort((a, b) => compareDistance(target, a.id, b.id))
      found.push(...contacts)
      if (found.length >= count) break
    }
    return found.slice(0, count)
  }

  /**
   * The node that most wants asking: one that failed once and may just have lost a datagram, or one not heard for 15 minutes. Null
   * when there is none. Mark it with `failed` or `answered`.
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

  /** How many leading bits of our ID the bucket that most wants a refresh shares; null when none does. Counts as refreshed then. */
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

  /** Who gives way in a full bucket: a bad node, or one whose ID its address does not allow to one whose does (BEP 42). */
  #worst(bucket: Bucket, entry: Entry): Entry | undefined {
    return (
      bucket.entries.find(other => other.failures >= BAD_FAILURES) ??
      (entry.verified ? bucket.entries.find(other => !other.verified) : undefined)
    )
  }

  /** One node an address in the table, few of a small network in a bucket. `leaving` is not counted. */
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

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i)
}
