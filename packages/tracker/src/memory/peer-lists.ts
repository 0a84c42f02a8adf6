/**
 * Lists of a swarm's peers, one per address family: seeds first, then leeches, so that either kind
 * is a range and a random one can be picked directly. An entry is its address in words, then port
 * << 16 | tick. Long lists have a hash index after their entries.
 */
import { halfSip } from '../base/siphash.ts'
import type { Arena } from './arena.ts'

/**
 * Words of a list head in a swarm's row: offset of its block, size class and count, number of
 * seeds.
 */
export const LIST_WORDS = 3
const [BLOCK, SIZE, SEEDS] = [0, 1, 2] as const
const CLASS_BITS = 5
const CLASS_MASK = (1 << CLASS_BITS) - 1
/** Lists of 64 peers and more have an index; in shorter ones a linear search is as fast. */
const INDEXED_CLASS = 6
const MAX_CLASS = 25

export class PeerLists {
  readonly arena: Arena
  /** Words per address. */
  readonly width: number
  /** Words per entry. */
  readonly stride: number
  readonly #key0: number
  readonly #key1: number

  constructor(arena: Arena, width: number, key: Int32Array) {
    this.arena = arena
    this.width = width
    this.stride = width + 1
    this.#key0 = key[0]!
    this.#key1 = key[1]!
  }

  count(heads: Int32Array, head: number): number {
    return heads[head + SIZE]! >>> CLASS_BITS
  }

  seeds(heads: Int32Array, head: number): number {
    return heads[head + SEEDS]!
  }

  /** Returns the offset of an entry in the arena. */
  at(heads: Int32Array, head: number, position: number): number {
    return heads[head + BLOCK]! + position * this.stride
  }

  /** Returns the position of a peer, or -1. */
  find(heads: Int32Array, head: number, address: Int32Array, port: number): number {
    const { width, stride } = this
    const words = this.arena.words
    const count = this.count(heads, head)
    const block = heads[head + BLOCK]!
    if ((heads[head + SIZE]! & CLASS_MASK) >= INDEXED_CLASS) {
      const index = this.#index(heads, head)
      const mask = this.#indexMask(heads, head)
      for (
        let slot = this.#hash(address, 0, port) & mask;
        words[index + slot] !== 0;
        slot = (slot + 1) & mask
      ) {
        const position = words[index + slot]! - 1
        if (this.#is(block + position * stride, address, port)) return position
      }
      return -1
    }
    const first = address[0]!
    for (let position = 0, at = block; position < count; position++, at += stride) {
      if (words[at] === first && words[at + width]! >>> 16 === port && this.#is(at, address, port))
        return position
    }
    return -1
  }

  /**
   * Adds a peer, which must not be in the list. Returns its position, or -1 if memory is exhausted.
   */
  add(
    heads: Int32Array,
    head: number,
    address: Int32Array,
    port: number,
    tick: number,
    isSeed: boolean,
  ): number {
    const count = this.count(heads, head)
    const sizeClass = heads[head + SIZE]! & CLASS_MASK
    if (heads[head + BLOCK] === 0 ? !this.#resize(heads, head, 0) : count === 1 << sizeClass)
      if (heads[head + BLOCK] === 0 || !this.#resize(heads, head, sizeClass + 1)) return -1
    heads[head + SIZE]! += 1 << CLASS_BITS
    const words = this.arena.words
    const at = this.at(heads, head, count)
    for (let word = 0; word < this.width; word++) words[at + word] = address[word]!
    words[at + this.width] = (port << 16) | tick
    this.#indexAdd(heads, head, count)
    return isSeed ? this.promote(heads, head, count) : count
  }

  /** Turns a leech into a seed. Returns its new position. */
  promote(heads: Int32Array, head: number, position: number): number {
    const first = heads[head + SEEDS]!
    this.#swap(heads, head, position, first)
    heads[head + SEEDS] = first + 1
    return first
  }

  /** Turns a seed into a leech. Returns its new position. */
  demote(heads: Int32Array, head: number, position: number): number {
    const last = heads[head + SEEDS]! - 1
    this.#swap(heads, head, position, last)
    heads[head + SEEDS] = last
    return last
  }

  /** Removes a peer; the last one of its kind takes its place. */
  remove(heads: Int32Array, head: number, position: number): void {
    const last = this.count(heads, head) - 1
    const from = position < heads[head + SEEDS]! ? this.demote(heads, head, position) : position
    this.#swap(heads, head, from, last)
    this.#indexRemove(heads, head, last)
    heads[head + SIZE]! -= 1 << CLASS_BITS
    const sizeClass = heads[head + SIZE]! & CLASS_MASK
    if (last === 0) this.#release(heads, head)
    else if (sizeClass > 0 && last <= (1 << sizeClass) >>> 2) this.#resize(heads, head, sizeClass - 1)
  }

  #is(at: number, address: Int32Array, port: number): boolean {
    const words = this.arena.words
    for (let word = 0; word < this.width; word++) if (words[at + word] !== address[word]) return false
    return words[at + this.width]! >>> 16 === port
  }

  #swap(heads: Int32Array, head: number, a: number, b: number): void {
    if (a === b) return
    const words = this.arena.words
    const [atA, atB] = [this.at(heads, head, a), this.at(heads, head, b)]
    if ((heads[head + SIZE]! & CLASS_MASK) >= INDEXED_CLASS) {
      const [slotA, slotB] = [this.#slotOf(heads, head, a), this.#slotOf(heads, head, b)]
      words[slotA] = b + 1
      words[slotB] = a + 1
    }
    for (let word = 0; word < this.stride; word++) {
      const held = words[atA + word]!
      words[atA + word] = words[atB + word]!
      words[atB + word] = held
    }
  }

  #blockWords(sizeClass: number): number {
    return (this.stride << sizeClass) + (sizeClass >= INDEXED_CLASS ? 2 << sizeClass : 0)
  }

  /** Moves the list to a block of another size. Returns false if memory is exhausted. */
  #resize(heads: Int32Array, head: number, sizeClass: number): boolean {
    if (sizeClass > MAX_CLASS) return false
    const block = this.arena.take(this.#blockWords(sizeClass))
    if (block === 0) return false
    const words = this.arena.words
    const count = this.count(heads, head)
    const from = heads[head + BLOCK]!
    words.copyWithin(block, from, from + count * this.stride)
    if (from !== 0) this.arena.give(from, this.#blockWords(heads[head + SIZE]! & CLASS_MASK))
    heads[head + BLOCK] = block
    heads[head + SIZE] = (count << CLASS_BITS) | sizeClass
    if (sizeClass < INDEXED_CLASS) return true
    const index = this.#index(heads, head)
    words.fill(0, index, index + (2 << sizeClass))
    for (let position = 0; position < count; position++) this.#indexAdd(heads, head, position)
    return true
  }

  #release(heads: Int32Array, head: number): void {
    this.arena.give(heads[head + BLOCK]!, this.#blockWords(heads[head + SIZE]! & CLASS_MASK))
    heads[head + BLOCK] = 0
    heads[head + SIZE] = 0
  }

  #index(heads: Int32Array, head: number): number {
    return heads[head + BLOCK]! + (this.stride << (heads[head + SIZE]! & CLASS_MASK))
  }

  #indexMask(heads: Int32Array, head: number): number {
    return (2 << (heads[head + SIZE]! & CLASS_MASK)) - 1
  }

  #indexAdd(heads: Int32Array, head: number, position: number): void {
    if ((heads[head + SIZE]! & CLASS_MASK) < INDEXED_CLASS) return
    const words = this.arena.words
    const index = this.#index(heads, head)
    const mask = this.#indexMask(heads, head)
    let slot = this.#hashOf(heads, head, position) & mask
    while (words[index + slot] !== 0) slot = (slot + 1) & mask
    words[index + slot] = position + 1
  }

  #indexRemove(heads: Int32Array, head: number, position: number): void {
    if ((heads[head + SIZE]! & CLASS_MASK) < INDEXED_CLASS) return
    const words = this.arena.words
    const index = this.#index(heads, head)
    const mask = this.#indexMask(heads, head)
    let hole = this.#slotOf(heads, head, position) - index
    for (let slot = (hole + 1) & mask; words[index + slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hashOf(heads, head, words[index + slot]! - 1) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      words[index + hole] = words[index + slot]!
      hole = slot
    }
    words[index + hole] = 0
  }

  #slotOf(heads: Int32Array, head: number, position: number): number {
    const words = this.arena.words
    const index = this.#index(heads, head)
    const mask = this.#indexMask(heads, head)
    let slot = this.#hashOf(heads, head, position) & mask
    while (words[index + slot] !== position + 1) slot = (slot + 1) & mask
    return index + slot
  }

  #hashOf(heads: Int32Array, head: number, position: number): number {
    const at = this.at(heads, head, position)
    return this.#hash(this.arena.words, at, this.arena.words[at + this.width]! >>> 16)
  }

  #hash(words: Int32Array, at: number, port: number): number {
    return halfSip(this.#key0 ^ port, this.#key1, words, at, at + this.width)
  }
}
