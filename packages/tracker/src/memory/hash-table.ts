import { halfSip } from '../base/siphash.ts'

const FIRST_SLOTS = 1 << 10

/**
 * Maps info hashes to row numbers. The rows are in the caller's array of words, and each starts
 * with the five words of its info hash. Uses linear probing with a secret hash key, so that an
 * attacker cannot choose colliding info hashes.
 */
export class HashTable {
  #slots = new Int32Array(FIRST_SLOTS)
  #count = 0
  readonly #key0: number
  readonly #key1: number

  /** `key`: two random words. */
  constructor(key: Int32Array) {
    this.#key0 = key[0]!
    this.#key1 = key[1]!
  }

  get reservedBytes(): number {
    return this.#slots.byteLength
  }

  /** Returns the row with the info hash in `hash[0..5)`, or -1. `stride`: words per row. */
  find(hash: Int32Array, rows: Int32Array, stride: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let at = this.#home(hash, 0) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const row = slots[at]! - 1
      const base = row * stride
      if (
        rows[base] === hash[0] &&
        rows[base + 1] === hash[1] &&
        rows[base + 2] === hash[2] &&
        rows[base + 3] === hash[3] &&
        rows[base + 4] === hash[4]
      )
        return row
    }
    return -1
  }

  /** Adds a row, which must contain its info hash and must not be in the table. */
  add(row: number, rows: Int32Array, stride: number): void {
    if (2 * (this.#count + 1) > this.#slots.length) this.#grow(rows, stride)
    this.#put(this.#slots, row, rows, stride)
    this.#count++
  }

  /** Removes a row, which must still contain its info hash. */
  remove(row: number, rows: Int32Array, stride: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let hole = this.#home(rows, row * stride) & mask
    while (slots[hole] !== row + 1) hole = (hole + 1) & mask
    // Entries that follow without a gap may have been displaced by this one: move them back, so
    // that searches still find them.
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#home(rows, (slots[at]! - 1) * stride) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      slots[hole] = slots[at]!
      hole = at
    }
    slots[hole] = 0
    this.#count--
  }

  #put(slots: Int32Array, row: number, rows: Int32Array, stride: number): void {
    const mask = slots.length - 1
    let at = this.#home(rows, row * stride) & mask
    while (slots[at] !== 0) at = (at + 1) & mask
    slots[at] = row + 1
  }

  #grow(rows: Int32Array, stride: number): void {
    const slots = new Int32Array(this.#slots.length * 2)
    for (const slot of this.#slots) if (slot !== 0) this.#put(slots, slot - 1, rows, stride)
    this.#slots = slots
  }

  #home(words: Int32Array, from: number): number {
    return halfSip(this.#key0, this.#key1, words, from, from + 5)
  }
}
