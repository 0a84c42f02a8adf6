/**
 * Maximum number of peers that one torrent serves while it chokes them, and maximum time: what
 * they get is lost to others.
 */
const MOST_PEERS = 2
const TURN_MS = 30_000

/**
 * Serves only a few choked peers at a time. BEP 6 grants its pieces to every newcomer; fifty of
 * them at one seed would fetch the same few pieces from it before any of them has something to
 * trade.
 */
export class AllowedFastLimiter {
  readonly #untilMs = new Map<number, number>()

  /** Starts the turn of a peer if there is room. Returns false for a peer whose turn is over. */
  admit(peer: number, nowMs: number): boolean {
    if (this.#untilMs.has(peer)) return this.isAdmitted(peer, nowMs)
    let inside = 0
    for (const untilMs of this.#untilMs.values()) if (untilMs > nowMs) inside++
    if (inside >= MOST_PEERS) return false
    this.#untilMs.set(peer, nowMs + TURN_MS)
    return true
  }

  isAdmitted(peer: number, nowMs: number): boolean {
    return (this.#untilMs.get(peer) ?? 0) > nowMs
  }

  /** Forgets a disconnected peer. */
  remove(peer: number): void {
    this.#untilMs.delete(peer)
  }
}
