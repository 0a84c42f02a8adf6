/** So many at once, then so many a second. */
export class Allowance {
  readonly #most: number
  readonly #perSecond: number
  #left: number
  #atMs: number

  constructor(most: number, perSecond: number, nowMs: number) {
    this.#most = most
    this.#perSecond = perSecond
    this.#left = most
    this.#atMs = nowMs
  }

  /** Whether there is one more now, which is then used. */
  take(nowMs: number): boolean {
    if (this.left(nowMs) < 1) return false
    this.#left--
    return true
  }

  /** How much there is now, in parts too. */
  left(nowMs: number): number {
    this.#left = Math.min(this.#most, this.#left + ((nowMs - this.#atMs) / 1000) * this.#perSecond)
    this.#atMs = nowMs
    return this.#left
  }

  /** Uses `amount`, also what there is not yet: milliseconds until that is made up for, 0 when nothing is owed. */
  spend(amount: number, nowMs: number): number {
    this.#left = this.left(nowMs) - amount
    return Math.max(0, Math.ceil((-this.#left / this.#perSecond) * 1000))
  }
}
