/** Detects from routers' clocks that they have lost their mappings. */

interface Seen {
  readonly epochSeconds: number
  readonly atMs: number
}

/**
 * Whether a router's epoch time is consistent with earlier ones (RFC 6887 section 8.5). NAT-PMP
 * servers keep the same clock; the check of RFC 6886 section 3.6 accepts a little more.
 */
function isContinuous(before: Seen, now: Seen): boolean {
  const serverDelta = now.epochSeconds - before.epochSeconds
  // "If the current PCP server Epoch Time is less than the previously received by more than one
  // second, the client treats it as obviously invalid."
  if (serverDelta < -1) return false
  const clientDelta = Math.floor((now.atMs - before.atMs) / 1000)
  // The drift that the RFC allows: one part in 16 and two seconds, either way.
  if (clientDelta + 2 < serverDelta - Math.floor(serverDelta / 16)) return false
  return serverDelta + 2 >= clientDelta - Math.floor(clientDelta / 16)
}

export class EpochCheck {
  #last: Seen | null = null

  /**
   * Processes the epoch time of an answer. Returns false if the router has lost its state since
   * the last one.
   */
  accept(epochSeconds: number, nowMs: number): boolean {
    const before = this.#last
    this.#last = { epochSeconds, atMs: nowMs }
    return before === null || isContinuous(before, this.#last)
  }
}
