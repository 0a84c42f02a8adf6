import { randomFillSync } from 'node:crypto'
import { halfSip } from '../base/siphash.ts'
import { FAMILY, type Family } from '../store.ts'

const SLOTS = 1 << 17
const WINDOW_MS = 10_000

/**
 * How often each address asked in the last ten seconds, in memory that does not grow with their number. Two tables with keys of their own,
 * of which the smaller count holds: that strangers share a slot in both is rare. Whoever has an IPv6 address has 2^64: they count as one.
 */
export class RateTable {
  readonly #counts = [new Uint16Array(SLOTS), new Uint16Array(SLOTS)] as const
  readonly #keys = randomFillSync(new Int32Array(4))
  readonly #most: number
  #window = 0

  /** `perSecond`: on average over the window; at most 6,500. */
  constructor(perSecond: number) {
    this.#most = Math.min(0xffff - 1, Math.ceil((perSecond * WINDOW_MS) / 1000))
  }

  /** Counts one more; false when it is one too many. */
  admits(family: Family, address: Int32Array, nowMs: number): boolean {
    const window = Math.floor(nowMs / WINDOW_MS)
    if (window !== this.#window) {
      this.#window = window
      for (const counts of this.#counts) counts.fill(0)
    }
    const words = family === FAMILY.ipv6 ? 2 : 1
    const [first, second] = this.#counts
    const keys = this.#keys
    const a = halfSip(keys[0]!, keys[1]!, address, 0, words) & (SLOTS - 1)
    const b = halfSip(keys[2]!, keys[3]!, address, 0, words) & (SLOTS - 1)
    if (first[a]! >= this.#most && second[b]! >= this.#most) return false
    if (first[a]! <= this.#most) first[a]!++
    if (second[b]! <= this.#most) second[b]!++
    return true
  }
}
