import { type Clock, delay } from '@shoal/torrent'

/** Maximum burst: after a pause, no more than this arrives at once. */
const BURST_MS = 250

/** A download limit that plain transfers share. */
export class Throttle {
  readonly #clock: Clock
  #bytesPerSecond: number | null
  /** When all taken bytes are paid for. */
  #paidMs = 0

  /** Null: no limit. */
  constructor(clock: Clock, bytesPerSecond: number | null = null) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Applies from the next chunk on. */
  setRate(bytesPerSecond: number | null): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#paidMs = Math.min(this.#paidMs, this.#clock.nowMs())
  }

  /**
   * Resolves when this number of further bytes can be received. Rejects with the signal's reason.
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === null) return
    const nowMs = this.#clock.nowMs()
    this.#paidMs = Math.max(this.#paidMs, nowMs - BURST_MS) + (bytes * 1000) / this.#bytesPerSecond
    const waitMs = this.#paidMs - nowMs
    if (waitMs > 0) await delay(this.#clock, waitMs, signal)
  }
}
