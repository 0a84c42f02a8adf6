import { randomFillSync } from 'node:crypto'
import { halfSip } from '../base/siphash.ts'
import { FAMILY, type Family } from '../store.ts'

const SLOTS = 1 << 17
const WINDOW_MS = 10_000

/**
 * Counts requests per address in windows of ten seconds, in constant memory: two tables with different hash keys, of which the smaller count
 * is used, since two addresses rarely share a slot in both. An IPv6 /64 counts as one address, since it has one owner.
 */
export class RateTable {
  readonly #counts = [new Uint16Array(SLOTS), new Uint16Array(SLOTS)] as const
  readonly #keys = randomFillSync(new Int32Array(4))
  readonly #most: number
  #window = 0

  /** `perSecond`: average over the window, at most 6,500. */
  constructor(perSecond: number) {
    this.#most = Math.min(0xffff - 1, Math.ceil((perSecond * WINDOW_MS) / 1000))
  }

  /** Counts a request, or returns false if there are too many. */
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
