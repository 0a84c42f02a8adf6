import type { Random } from '../base/random.ts'
import type { BlockSource } from './pieces.ts'

/**
 * Number of availabilities that are distinguished. Rare pieces matter, so all higher ones share the
 * last level.
 */
const LEVELS = 256
const PRIORITIES = 8
const ABSENT = -1

/**
 * The free pieces, sorted by priority, then rarest first, at random among equals.
 *
 * There is one bucket for each pair of priority and availability, so that a HAVE message costs one
 * removal and one insertion, whatever the size of the torrent. Each insertion lands at a random
 * place in its bucket (the inside-out Fisher-Yates shuffle). Hence any scan visits equals in random
 * order, as BEP 3 recommends, without drawing a number for each pick.
 */
export class RarityOrder {
  readonly #random: Random
  /**
   * By rank (the highest priority has rank 0) and availability, allocated on demand: a session may
   * have thousands of torrents.
   */
  readonly #ranks: (number[] | undefined)[][] = []
  /** Bucket of each piece, as rank times LEVELS plus availability, or ABSENT. */
  readonly #key: Int16Array
  /** Index of each piece within its bucket. */
  readonly #place: Int32Array
  readonly #counts = new Int32Array(PRIORITIES)
  /** By priority: no piece below this number has it. */
  readonly #firstPiece = new Int32Array(PRIORITIES)
  /** All buckets below this are empty. */
  #lowest = LEVELS * PRIORITIES
  #size = 0
  /** Number of pieces that the last search scanned. */
  scanned = 0

  constructor(pieceCount: number, random: Random) {
    this.#random = random
    this.#key = new Int16Array(pieceCount).fill(ABSENT)
    this.#place = new Int32Array(pieceCount)
  }

  get size(): number {
    return this.#size
  }

  /** Number of pieces with this priority. */
  count(priority: number): number {
    return this.#counts[priority]!
  }

  /** Highest priority of any piece; 0 if there are no pieces. */
  get topPriority(): number {
    for (let priority = PRIORITIES - 1; priority > 0; priority--)
      if (this.#counts[priority]! > 0) return priority
    return 0
  }

  contains(piece: number): boolean {
    return this.#key[piece] !== ABSENT
  }

  /** Whether both pieces are in the order, with equal priority and availability. */
  areEqual(a: number, b: number): boolean {
    return this.#key[a] === this.#key[b] && this.#key[a] !== ABSENT
  }

  /** Inserts the piece, or moves it if it is in the order already. `priority` is 1 to 7. */
  put(piece: number, priority: number, availability: number): void {
    const key = (PRIORITIES - 1 - priority) * LEVELS + Math.min(availability, LEVELS - 1)
    if (this.#key[piece] === key) return
    this.remove(piece)
    const bucket = this.#bucket(key)
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
    if (piece < this.#firstPiece[priority]!) this.#firstPiece[priority] = piece
  }

  remove(piece: number): void {
    const key = this.#key[piece]!
    if (key === ABSENT) return
    const bucket = this.#bucket(key)
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

  /**
   * The first piece that the source has, or -1. `counted`: the pieces of this source count as
   * available, so those with availability 0 are skipped.
   */
  find(source: BlockSource, counted: boolean): number {
    this.scanned = 0
    if (this.#size === 0) return -1
    const seed = source.isSeed
    const lowest = this.#raiseLowest()
    const lowestRank = Math.floor(lowest / LEVELS)
    for (let rank = lowestRank; rank < this.#ranks.length; rank++) {
      const buckets = this.#bucketsOf(rank)
      for (let level = rank === lowestRank ? lowest % LEVELS : 0; level < buckets.length; level++) {
        const bucket = buckets[level]
        if (!bucket || bucket.length === 0) continue
        if (seed) return bucket[bucket.length - 1]!
        if (counted && level === 0) continue
        this.scanned += bucket.length
        for (let at = bucket.length - 1; at >= 0; at--) {
          const piece = bucket[at]!
          if (source.has(piece)) return piece
        }
      }
    }
    return -1
  }

  /**
   * The first piece in the torrent's order that the source has, of the highest priority there is
   * for it; -1 if there is none.
   */
  firstInSequence(source: Pick<BlockSource, 'isSeed' | 'has'>): number {
    this.scanned = this.#size
    const seed = source.isSeed
    for (let priority = PRIORITIES - 1; priority > 0; priority--) {
      const count = this.#counts[priority]!
      const firstKey = (PRIORITIES - 1 - priority) * LEVELS
      let unseen = count
      for (let piece = this.#firstPiece[priority]!; unseen > 0; piece++) {
        const key = this.#key[piece]!
        if (key < firstKey || key >= firstKey + LEVELS) continue
        if (unseen === count) this.#firstPiece[priority] = piece
        unseen--
        if (seed || source.has(piece)) return piece
      }
    }
    return -1
  }

  /**
   * Appends up to `limit` pieces of equal priority and availability, including `piece` itself, to
   * `into`.
   */
  equals(piece: number, limit: number, into: number[]): void {
    const key = this.#key[piece]!
    if (key === ABSENT) return
    const bucket = this.#bucket(key)
    const first = this.#place[piece]!
    for (let step = 0; step < Math.min(limit, bucket.length); step++)
      into.push(bucket[(first + step) % bucket.length]!)
  }

  #bucket(key: number): number[] {
    const level = key % LEVELS
    const buckets = this.#bucketsOf((key - level) / LEVELS)
    let bucket = buckets[level]
    if (!bucket) {
      bucket = []
      buckets[level] = bucket
    }
    return bucket
  }

  #bucketsOf(rank: number): (number[] | undefined)[] {
    while (this.#ranks.length <= rank) this.#ranks.push([])
    return this.#ranks[rank]!
  }

  /** The first bucket that is not empty; at least one must exist. */
  #raiseLowest(): number {
    let rank = Math.floor(this.#lowest / LEVELS)
    let level = this.#lowest % LEVELS
    for (;;) {
      const buckets = this.#bucketsOf(rank)
      for (; level < buckets.length; level++) {
        if (!buckets[level]?.length) continue
        this.#lowest = rank * LEVELS + level
        return this.#lowest
      }
      rank++
      level = 0
    }
  }
}
