/**
 * Allocates blocks of words in one growing array, so that swarms need no objects and the garbage
 * collector has nothing to traverse.
 */
import { GrowingWords } from './growing-words.ts'

export class Arena {
  /** May be replaced by `take`: read it again afterwards. */
  words: Int32Array
  readonly #all = new GrowingWords()
  /** Word 0 is not used, so that 0 can mean "no block". */
  #end = 1
  /**
   * The first free block by size. Each free block has the offset of the next one in its first word.
   */
  readonly #free = new Map<number, number>()

  constructor() {
    this.words = this.#all.words
  }

  get reservedBytes(): number {
    return this.words.byteLength
  }

  /**
   * Returns the offset of a block of `size` words with arbitrary contents, or 0 if memory is
   * exhausted.
   */
  take(size: number): number {
    const free = this.#free.get(size) ?? 0
    if (free !== 0) {
      this.#free.set(size, this.words[free]!)
      return free
    }
    if (this.#end + size > this.words.length && !this.#grow(this.#end + size)) return 0
    const at = this.#end
    this.#end += size
    return at
  }

  give(at: number, size: number): void {
    this.words[at] = this.#free.get(size) ?? 0
    this.#free.set(size, at)
  }

  #grow(least: number): boolean {
    const hasGrown = this.#all.grow(least)
    this.words = this.#all.words
    return hasGrown
  }
}
