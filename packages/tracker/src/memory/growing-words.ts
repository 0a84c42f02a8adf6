/**
 * An array of words that grows where it lies. A larger array would be filled by copying, which stops the tracker for as long as it takes, and leaves the
 * smaller one behind: until the garbage is collected, as much memory again as the peers themselves need. WebAssembly's memory is extended in place.
 */

const PAGE_WORDS = 1 << 14
/** 2 GiB: 100 million peers. Addresses are set aside for so much, and memory for what is written to. */
const MAX_PAGES = 1 << 15
/** It grows by one part in so many. */
const GROWTH = 8

export class GrowingWords {
  /** Changes with `grow`: read it anew afterwards. */
  words: Int32Array
  readonly #memory = setAside()

  constructor() {
    this.words = this.#memory ? new Int32Array(this.#memory.buffer) : new Int32Array(PAGE_WORDS)
  }

  /** Makes room for so many words at least, zeros where nothing was written. False, and nothing changes, when there is no memory for them. */
  grow(least: number): boolean {
    const pages = this.words.length / PAGE_WORDS
    const needed = Math.ceil(least / PAGE_WORDS)
    if (needed <= pages) return true
    if (needed > MAX_PAGES) return false
    const wanted = Math.min(MAX_PAGES, Math.max(needed, pages + Math.ceil(pages / GROWTH)))
    try {
      this.words = this.#memory ? extend(this.#memory, wanted - pages) : copyOf(this.words, wanted)
      return true
    } catch {
      return false
    }
  }
}

/** Null where a process may not have so many addresses (`ulimit -v`). */
function setAside(): WebAssembly.Memory | null {
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

function copyOf(words: Int32Array, pages: number): Int32Array {
  const larger = new Int32Array(pages * PAGE_WORDS)
  larger.set(words)
  return larger
}
