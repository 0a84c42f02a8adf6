/**
 * An array of words that grows in place, as WebAssembly memory. Copying to a larger array would
 * block the tracker, and would need as much memory again until the old array is collected.
 */
const PAGE_WORDS = 1 << 14
/**
 * 2 GiB, for 100 million peers. This much address space is reserved, but memory is used only for
 * written pages.
 */
const MAX_PAGES = 1 << 15
/** It grows by this fraction of its size. */
const GROWTH = 8

export class GrowingWords {
  /** May be replaced by `grow`: read it again afterwards. */
  words: Int32Array
  readonly #memory = reserve()

  constructor() {
    this.words = this.#memory ? new Int32Array(this.#memory.buffer) : new Int32Array(PAGE_WORDS)
  }

  /**
   * Grows to at least this many words; new words are zero. Returns false and changes nothing if
   * memory is exhausted.
   */
  grow(least: number): boolean {
    const pages = this.words.length / PAGE_WORDS
    const needed = Math.ceil(least / PAGE_WORDS)
    if (needed <= pages) return true
    if (needed > MAX_PAGES) return false
    const wanted = Math.min(MAX_PAGES, Math.max(needed, pages + Math.ceil(pages / GROWTH)))
    try {
      this.words = this.#memory ? extend(this.#memory, wanted - pages) : copyGrown(this.words, wanted)
      return true
    } catch {
      return false
    }
  }
}

/** Returns null if the process may not reserve so much address space (`ulimit -v`). */
function reserve(): WebAssembly.Memory | null {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES })
  } catch {
    return null
  }
}

function extend(memory: WebAssembly.Memory, pages: number): Int32Array {
  memory.grow(pages)
  return new Int32Array(memory.buffer)
}

function copyGrown(words: Int32Array, pages: number): Int32Array {
  const larger = new Int32Array(pages * PAGE_WORDS)
  larger.set(words)
  return larger
}
