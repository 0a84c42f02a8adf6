/** Peers that one torrent serves while it chokes them, and for how long: what they get is missing elsewhere. */
const MOST_PEERS = 2
const TURN_MS = 30_000

/**
 * Lets in a few choked peers at a time. BEP 6 grants its pieces to every newcomer; fifty of them at one seed would fetch the same few
 * pieces from it before anybody has something to trade.
 */
export class FastGate {
  readonly #untilMs = new Map<number, number>()

  /** Lets the peer in, if there is room. A peer that was in before is not let in again. */
  admit(peer: number, nowMs: number): boolean {
    if (this.#untilMs.has(peer)) return this.isIn(peer, nowMs)
    let inside = 0
    for (const untilMs of this.#untilMs.values()) if (untilMs > nowMs) inside++
    if (inside >= MOST_PEERS) return false
    this.#untilMs.set(peer, nowMs + TURN_MS)
    return true
  }

  isIn(peer: number, nowMs: number): boolean {
    return (this.#untilMs.get(peer) ?? 0) > nowMs
  }

  /** The peer is gone, or has something to trade. */
  leave(peer: number): void {
    this.#untilMs.delete(peer)
  }
}
