/** Blocks of words in one growing array: no object for a swarm, and nothing for the garbage collector to walk. */

const FIRST_WORDS = 1 << 14
/** 2 GiB: 100 million peers. */
const MAX_WORDS = 1 << 29

export class Arena {
  /** Changes when a block is taken: read it anew afterwards. */
  words = new Int32Array(FIRST_WORDS)
  /** Word 0 is no block, so that 0 can stand for none. */
  #end = 1
  /** By block size: the first of those given back. Each has the next in its first word. */
  readonly #free = new Map<number, number>()

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

  // What nobody has written to takes no memory: the system gives pages when they are touched.
  #grow(least: number): boolean {
    let length = this.words.length
    while (length < least) length *= 2
    if (length > MAX_WORDS) return false
    const words = new Int32Array(length)
    words.set(this.words)
    this.words = words
    return true
  }
}
