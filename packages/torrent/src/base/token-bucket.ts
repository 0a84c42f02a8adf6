/** A token bucket: a rate with bursts. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #most: number
  #tokens: number
  #filledMs: number

  /** `most`: tokens that it holds, and has at first. */
  constructor(perSecond: number, most: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#most = most
    this.#tokens = most
    this.#filledMs = nowMs
  }

  /** Takes so many tokens, or returns false if there are fewer. */
  take(count: number, nowMs: number): boolean {
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#most, this.#tokens + gained)
    this.#filledMs = nowMs
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }
}
