import { compareDistance } from '@shoal/torrent/base'
import { K } from './routing-table.ts'

/** Number of recent lookups used for the estimate. */
const SAMPLES = 15

/**
 * Estimates the number of nodes in the network from the distances of the nodes nearest to random
 * keys. Uses the median of several lookups, since generating identities near a key distorts only
 * the lookups of that key.
 */
export class NetworkSize {
  readonly #estimates: number[] = []

  /**
   * Adds the result of a lookup of a random key: the keys of the nearest nodes. Fewer than 20 means
   * that there are no others.
   */
  add(target: Uint8Array, keys: readonly Uint8Array[]): void {
    const nearest = keys.toSorted((a, b) => compareDistance(target, a, b)).slice(0, K)
    const farthest = nearest.at(-1)
    // With n nodes at random places, the expected inverse of the K-th smallest distance is n / (K -
    // 1) of the space.
    const estimate = farthest && nearest.length === K ? (K - 1) / distance(target, farthest) : nearest.length
    this.#estimates.push(estimate)
    if (this.#estimates.length > SAMPLES) this.#estimates.shift()
  }

  /** Returns the estimated number of nodes; 0 before the first lookup. */
  get nodes(): number {
    const sorted = this.#estimates.toSorted((a, b) => a - b)
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
  }

  /**
   * Returns how many leading bits the nodes of a region share. A region has between 20 and 40
   * nodes.
   */
  get regionBits(): number {
    return Math.max(0, Math.floor(Math.log2(Math.max(1, this.nodes) / K)))
  }
}

/** Returns the distance of two keys as a fraction of the key space, 0 to 1. */
function distance(a: Uint8Array, b: Uint8Array): number {
  let part = 0
  for (let i = 6; i >= 0; i--) part = (part + (a[i]! ^ b[i]!)) / 256
  return Math.max(part, 2 ** -56)
}
