import { AddressSlots } from '../base/address-slots.ts'
import type { Family } from '../store.ts'

const WINDOW_MS = 10_000

/** Counts requests per address in windows of time, in constant memory. */
export class RateTable {
  readonly #slots = new AddressSlots()
  readonly #first = new Uint16Array(AddressSlots.COUNT)
  readonly #second = new Uint16Array(AddressSlots.COUNT)
  readonly #most: number
  readonly #windowMs: number
  #window = 0

  /** `perSecond`: average over the window, in which at most 65,000 requests are possible. */
  constructor(perSecond: number, windowMs = WINDOW_MS) {
    this.#most = Math.min(0xffff - 1, Math.ceil((perSecond * windowMs) / 1000))
    this.#windowMs = windowMs
  }

  /** Counts a request, or returns false if there are too many. */
  admits(family: Family, address: Int32Array, nowMs: number): boolean {
    if (this.isSpent(family, address, nowMs)) return false
    const { first, second } = this.#slots
    if (this.#first[first]! <= this.#most) this.#first[first]!++
    if (this.#second[second]! <= this.#most) this.#second[second]!++
    return true
  }

  /** Returns true if another request of the address would be too many. */
  isSpent(family: Family, address: Int32Array, nowMs: number): boolean {
    const window = Math.floor(nowMs / this.#windowMs)
    if (window !== this.#window) {
      this.#window = window
      this.#first.fill(0)
      this.#second.fill(0)
    }
    this.#slots.find(family, address)
    const { first, second } = this.#slots
    return this.#first[first]! >= this.#most && this.#second[second]! >= this.#most
  }
}
