/** Blocks of words in one growing array: no object for a swarm, and nothing for the garbage collector to walk. */
import { GrowingWords } from './growing-words.ts'

export class Arena {
  /** Changes when a block is taken: read it anew afterwards. */
  words: Int32Array
  readonly #all = new GrowingWords()
  /** Word 0 is no block, so that 0 can stand for none. */
  #end = 1
  /** By block size: the first of those given back. Each has the next in its first word. */
  readonly #free = new Map<number, number>()

  constructor() {
    this.words = this.#all.words
  }

  get reservedBytes(): number {
    return this.words.byteLength
  }

  /** Offset of a block of so many words, with anything in it; 0 when memory is used up. */
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
    const isThere = this.#all.grow(least)
    this.words = this.#all.words
    return isThere
  }
}
