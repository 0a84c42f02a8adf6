import { sha256Into } from '#crypto'
import { padHash } from '../metainfo/merkle.ts'

/**
 * Computes the root of a BEP 52 merkle tree from its leaves in order. Keeps only two sibling hashes
 * per level. Supports up to 2^31 leaves (32 TiB). Reusable: `root` resets it for the next tree.
 */
export class TreeHasher {
  readonly #levels: Uint8Array[] = []
  #leaves = 0

  /** Hashes up to 16 KiB of the file as the next leaf. */
  addLeaf(block: Uint8Array): void {
    sha256Into(block, this.#level(0), slot(this.#leaves, 0))
    this.#added()
  }

  /** Adds the next leaf by its 32-byte hash. */
  addHash(leaf: Uint8Array): void {
    this.#level(0).set(leaf, slot(this.#leaves, 0))
    this.#added()
  }

  /**
   * Writes the root over `width` leaves to `into` from `at`. Leaves that were not added are zeros
   * (BEP 52: "leaf hashes beyond the end of the file … are set to zero"). `width` is a power of two
   * and not less than the number of added leaves, which is at least one.
   */
  root(width: number, into: Uint8Array, at: number): void {
    const count = this.#leaves
    let level = 0
    let carried = false
    for (; 2 ** level < width; level++) {
      const left = bit(count, level) === 1
      if (!left && !carried) continue
      if (left !== carried) this.#level(level).set(padHash(level), 32)
      this.#combine(level, count)
      carried = true
    }
    into.set(this.#level(level).subarray(0, 32), at)
    this.reset()
  }

  /** Discards the added leaves. */
  reset(): void {
    this.#leaves = 0
  }

  #added(): void {
    const count = this.#leaves++
    for (let level = 0; bit(count, level) === 1; level++) this.#combine(level, count)
  }

  #combine(level: number, count: number): void {
    sha256Into(this.#level(level), this.#level(level + 1), slot(count, level + 1))
  }

  #level(level: number): Uint8Array {
    const known = this.#levels[level]
    if (known) return known
    const nodes = new Uint8Array(64)
    this.#levels[level] = nodes
    return nodes
  }
}

/** 1 if, after `count` leaves, a subtree of this level waits for its sibling. */
function bit(count: number, level: number): number {
  return (count >>> level) & 1
}

function slot(count: number, level: number): number {
  return bit(count, level) * 32
}
