/** A token bucket: a rate with bursts. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #most: number
  #tokens: number
  #filledMs: number

  /** `most`: capacity in tokens; the bucket starts full. */
  constructor(perSecond: number, most: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#most = most
    this.#tokens = most
    this.#filledMs = nowMs
  }

  /** Takes `count` tokens, or returns false if there are fewer. */
  take(count: number, nowMs: number): boolean {
    if (this.left(nowMs) < count) return false
    this.#tokens -= count
    return true
  }

  /** Returns the number of tokens, including fractions. */
  left(nowMs: number): number {
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#perSecond
    this.#filledMs = nowMs
    this.#tokens = Math.min(this.#most, this.#tokens + gained)
    return this.#tokens
  }

  /**
   * Takes `count` tokens, even if there are fewer. Returns the milliseconds until the debt is paid,
   * 0 if there is none.
   */
  spend(count: number, nowMs: number): number {
    this.#tokens = this.left(nowMs) - count
    return Math.max(0, Math.ceil((-this.#tokens / this.#perSecond) * 1000))
  }
}
