export interface Rate {
  /** Number at once. */
  readonly burst: number
  /** Time until one more is allowed. */
  readonly everyMs: number
}

/** How much somebody may still do of something: a bucket of tokens, as the time at which it is full again. */
export class Allowance {
  readonly #rate: Rate
  #fullMs = 0

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Takes so many. Returns 0, or the milliseconds to wait for them; then nothing is taken. */
  take(count: number, nowMs: number): number {
    const { burst, everyMs } = this.#rate
    this.#fullMs = this.#fullAt(nowMs)
    const waitMs = this.#fullMs + (count - burst) * everyMs - nowMs
    if (waitMs > 0) return waitMs
    this.#fullMs += count * everyMs
    return 0
  }

  /** Another process gave so many, at most all that there are. */
  taken(count: number, nowMs: number): void {
    this.#fullMs = this.#fullAt(nowMs) + count * this.#rate.everyMs
  }

  /** At most as long as an empty bucket takes to fill: others may have taken more, and a clock may be set back. */
  #fullAt(nowMs: number): number {
    const { burst, everyMs } = this.#rate
    return Math.min(Math.max(this.#fullMs, nowMs), nowMs + burst * everyMs)
  }
}
