import type { Random } from '../base/random.ts'
import type { BlockSource } from './pieces.ts'

/** Availabilities told apart; rarer is what matters, so all above share the last level. */
const LEVELS = 256
const PRIORITIES = 8
const ABSENT = -1

/**
 * The pieces that may be begun, by priority first, then rarest first, at random among equals.
 *
 * One bucket for each pair of priority and availability, so that a peer's HAVE costs one removal and one insertion, whatever the size of
 * the torrent. Each insertion lands at a random place in its bucket (the inside-out Fisher-Yates shuffle), hence any scan meets equals in
 * random order, as BEP 3 asks, without drawing a number for each pick.
 */
export class RarityOrder {
  readonly #random: Random
  readonly #buckets: (number[] | undefined)[] = new Array(LEVELS * PRIORITIES)
  /** Bucket of each piece, or ABSENT. */
  readonly #key: Int16Array
  /** Place of each piece within its bucket. */
  readonly #place: Int32Array
  readonly #counts = new Int32Array(PRIORITIES)
  /** No bucket below this is filled. */
  #lowest = LEVELS * PRIORITIES
  #size = 0
  /** How many pieces the last `find` looked at. */
  scanned = 0

  constructor(pieceCount: number, random: Random) {
    this.#random = random
    this.#key = new Int16Array(pieceCount).fill(ABSENT)
    this.#place = new Int32Array(pieceCount)
  }

  get size(): number {
    return this.#size
  }

  /** How many pieces of this priority there are. */
  count(priority: number): number {
    return this.#counts[priority]!
  }

  /** Highest priority of any piece here; 0 when there is none. */
  get topPriority(): number {
    for (let priority = PRIORITIES - 1; priority > 0; priority--)
      if (this.#counts[priority]! > 0) return priority
    return 0
  }

  contains(piece: number): boolean {
    return this.#key[piece] !== ABSENT
  }

  /** Whether both are here with the same priority and availability. */
  areEqual(a: number, b: number): boolean {
    return this.#key[a] === this.#key[b] && this.#key[a] !== ABSENT
  }

  /** Inserts the piece, or moves it when it is here already. `priority` is 1 to 7. */
  put(piece: number, priority: number, availability: number): void {
    const key = (PRIORITIES - 1 - priority) * LEVELS + Math.min(availability, LEVELS - 1)
    if (this.#key[piece] === key) return
    this.remove(piece)
    let bucket = this.#buckets[key]
    if (!bucket) {
      bucket = []
      this.#buckets[key] = bucket
    }
    const last = bucket.length
    const place = last === 0 ? 0 : this.#random.below(last + 1)
    bucket.push(piece)
    if (place < last) {
      const moved = bucket[place]!
      bucket[last] = moved
      this.#place[moved] = last
      bucket[place] = piece
    }
    this.#place[piece] = place
    this.#key[piece] = key
    this.#counts[priority]! += 1
    this.#size++
    if (key < this.#lowest) this.#lowest = key
  }

  remove(piece: number): void {
    const key = this.#key[piece]!
    if (key === ABSENT) return
    const bucket = this.#buckets[key]!
    const last = bucket.pop()!
    if (last !== piece) {
      const place = this.#place[piece]!
      bucket[place] = last
      this.#place[last] = place
    }
    this.#key[piece] = ABSENT
    this.#counts[PRIORITIES - 1 - Math.floor(key / LEVELS)]! -= 1
    this.#size--
  }

  /** The first piece in order that the source has, or -1. A source that is `counted` is not asked about pieces of availability 0. */
  find(source: BlockSource, counted: boolean): number {
    this.scanned = 0
    if (this.#size === 0) return -1
    const seed = source.isSeed
    while (!this.#buckets[this.#lowest]?.length) this.#lowest++
    for (let key = this.#lowest; key < this.#buckets.length; key++) {
      const bucket = this.#buckets[key]
      if (!bucket || bucket.length === 0) continue
      if (seed) return bucket[bucket.length - 1]!
      if (counted && key % LEVELS === 0) continue
      this.scanned += bucket.length
      for (let at = bucket.length - 1; at >= 0; at--) {
        const piece = bucket[at]!
        if (source.has(piece)) return piece
      }
    }
    return -1
  }

  /** Up to `limit` pieces equal to `piece` (itself among them), appended to `into`. */
  equals(piece: number, limit: number, into: number[]): void {
    const bucket = this.#buckets[this.#key[piece]!]
    if (!bucket) return
    const first = this.#place[piece]!
    for (let step = 0; step < Math.min(limit, bucket.length); step++)
      into.push(bucket[(first + step) % bucket.length]!)
  }
}
