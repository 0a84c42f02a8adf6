/**
 * Blocks that may arrive late: a peer without the fast extension does not report which it dropped.
 */
const MOST_LATE = 4000

/** The blocks that we requested from one peer and that may still arrive. */
export class RequestedBlocks {
  /** By block: time of the request. */
  readonly #asked = new Map<number, number>()
  /**
   * Blocks that were cancelled, or requested from others because they did not arrive. They are
   * still accepted, and do not count as a flood.
   */
  readonly #late = new Set<number>()

  /** Number of blocks that the peer owes us. */
  get size(): number {
    return this.#asked.size
  }

  /** The block that is due next; undefined if it owes us none. */
  get first(): number | undefined {
    return this.#asked.keys().next().value
  }

  add(block: number, nowMs: number): void {
    this.#asked.set(block, nowMs)
  }

  /** Whether the peer may send the block. */
  expects(block: number): boolean {
    return this.#asked.has(block) || this.#late.has(block)
  }

  /** The block has arrived. Returns the time of its request; undefined if it came late. */
  arrived(block: number): number | undefined {
    const askedMs = this.#asked.get(block)
    this.#asked.delete(block)
    this.#late.delete(block)
    return askedMs
  }

  /** The block is no longer wanted from this peer. Returns false if it was not requested. */
  cancel(block: number): boolean {
    if (!this.#asked.delete(block)) return false
    this.#expectLate(block)
    return true
  }

  /** The peer will not send the block. Returns false if it was not requested. */
  reject(block: number): boolean {
    this.#late.delete(block)
    return this.#asked.delete(block)
  }

  /** The peer drops all requests: it choked us, or disconnected. */
  release(): void {
    this.#asked.clear()
  }

  /** The peer does not send the blocks it owes us: they are requested from others. */
  giveUp(): void {
    this.#late.clear()
    for (const block of this.#asked.keys()) this.#expectLate(block)
    this.#asked.clear()
  }

  #expectLate(block: number): void {
    if (this.#late.size < MOST_LATE) this.#late.add(block)
  }
}
