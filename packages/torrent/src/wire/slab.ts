/**
 * Memory for bytes on their way out: taken piece by piece, given back whole when all pieces have left. Slabs that are free serve the
 * next connection, so that an idle one holds none.
 */

/** Holds three blocks with their headers and requests. */
const SLAB_BYTES = 64 * 1024

/** 2 MiB in all; what is above that is left to the garbage collector. */
const MAX_FREE_SLABS = 32

const free: Slab[] = []

/** A slab with room for `count` bytes at least. */
export function takeSlab(count: number): Slab {
  return (count <= SLAB_BYTES ? free.pop() : undefined) ?? new Slab(Math.max(count, SLAB_BYTES))
}

export class Slab {
  readonly #bytes: Uint8Array
  #used = 0
  /** Pieces that have not been released. */
  #pieces = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  get room(): number {
    return this.#bytes.length - this.#used
  }

  /** The next `count` bytes, which must fit in `room`. */
  take(count: number): Uint8Array {
    this.#pieces++
    this.#used += count
    return this.#bytes.subarray(this.#used - count, this.#used)
  }

  /** A piece has left. True when it was the last and the slab is free for others: it must not be taken from any more. */
  release(): boolean {
    if (--this.#pieces > 0) return false
    this.#used = 0
    if (this.#bytes.length === SLAB_BYTES && free.length < MAX_FREE_SLABS) free.push(this)
    return true
  }
}
