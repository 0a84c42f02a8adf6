/**
 * Buffers for outgoing bytes. Parts of a slab are taken one by one, and the slab is freed when all
 * of them have been sent. Connections share the free slabs, so that an idle connection holds none.
 */

/** Enough for three blocks with their headers, and some requests. */
const SLAB_BYTES = 64 * 1024

/** 2 MiB in all; further free slabs are left to the garbage collector. */
const MAX_FREE_SLABS = 32

const free: Slab[] = []

/** Returns a slab with room for at least `count` bytes. */
export function takeSlab(count: number): Slab {
  return (count <= SLAB_BYTES ? free.pop() : undefined) ?? new Slab(Math.max(count, SLAB_BYTES))
}

export class Slab {
  readonly #bytes: Uint8Array
  #used = 0
  /** Parts that have not been released. */
  #parts = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  get room(): number {
    return this.#bytes.length - this.#used
  }

  /** Takes the next `count` bytes, which must fit in `room`. */
  take(count: number): Uint8Array {
    this.#parts++
    this.#used += count
    return this.#bytes.subarray(this.#used - count, this.#used)
  }

  /**
   * Releases one part that was taken. Returns true if it was the last one: the slab is then
   * available to others and must not be used any more.
   */
  release(): boolean {
    if (--this.#parts > 0) return false
    this.#used = 0
    if (this.#bytes.length === SLAB_BYTES && free.length < MAX_FREE_SLABS) free.push(this)
    return true
  }
}
