import { SlidingMinimum } from './sliding-minimum.ts'

/** BEP 29, "timeouts": the timeout before the first measurement, and the least one. */
const FIRST_TIMEOUT_MS = 1000
const MIN_TIMEOUT_MS = 500
const MAX_TIMEOUT_MS = 30_000

/** The round-trip time of a connection, and the retransmission timeout that follows from it. */
export class RoundTrip {
  /** The last measurement; 0 before the first. */
  latestMs = 0
  smoothedMs = 0
  #variationMs = 0
  #timeoutMs = FIRST_TIMEOUT_MS
  #backoff = 0
  #heardAt = 0
  readonly #least = new SlidingMinimum()

  /** The shortest round trip of the last minutes; 0 before the first. */
  get leastMs(): number {
    return this.#least.least / 1000
  }

  /** Time to wait for an ACK: doubled after each timeout without a later ACK. */
  get timeoutMs(): number {
    return Math.min(MAX_TIMEOUT_MS, this.#timeoutMs * 2 ** this.#backoff)
  }

  /** Number of timeouts since the peer last acknowledged something. */
  get timeouts(): number {
    return this.#backoff
  }

  /** Number of timeouts since the peer last sent anything. */
  get unanswered(): number {
    return this.#backoff - this.#heardAt
  }

  /** Adds the round trip of a packet that was sent only once. */
  add(rttMs: number, nowMs: number): void {
    if (this.latestMs === 0) {
      this.smoothedMs = rttMs
      this.#variationMs = rttMs / 2
    } else {
      this.#variationMs += (Math.abs(this.smoothedMs - rttMs) - this.#variationMs) / 4
      this.smoothedMs += (rttMs - this.smoothedMs) / 8
    }
    this.latestMs = Math.max(rttMs, 0.001)
    this.#timeoutMs = Math.max(MIN_TIMEOUT_MS, this.smoothedMs + 4 * this.#variationMs)
    this.#least.add(Math.round(rttMs * 1000), nowMs)
  }

  onTimeout(): void {
    this.#backoff++
  }

  /** The peer acknowledged something. */
  onProgress(): void {
    this.#backoff = 0
    this.#heardAt = 0
  }

  /** The peer sent something. */
  onHeard(): void {
    this.#heardAt = this.#backoff
  }
}
