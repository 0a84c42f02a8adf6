export interface Rate {
  /** Burst size. */
  readonly burst: number
  /** Time until one more is allowed. */
  readonly everyMs: number
}

/** Token bucket, represented by the time at which it is full again. */
export class Allowance {
  readonly #rate: Rate
  #fullMs = 0

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /**
   * Takes tokens. Returns 0, or the milliseconds until enough are available; then none are taken.
   */
  take(count: number, nowMs: number): number {
    const { burst, everyMs } = this.#rate
    this.#fullMs = this.#fullAt(nowMs)
    const waitMs = this.#fullMs + (count - burst) * everyMs - nowMs
    if (waitMs > 0) return waitMs
    this.#fullMs += count * everyMs
    return 0
  }

  /** Records that another process took tokens, at most a full bucket. */
  taken(count: number, nowMs: number): void {
    this.#fullMs = this.#fullAt(nowMs) + count * this.#rate.everyMs
  }

  /**
   * At most the time to refill an empty bucket: other processes may have taken more, and a clock
   * may be set back.
   */
  #fullAt(nowMs: number): number {
    const { burst, everyMs } = this.#rate
    return Math.min(Math.max(this.#fullMs, nowMs), nowMs + burst * everyMs)
  }
}
