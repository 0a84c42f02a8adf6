/**
 * RFC 6817 section 3.4.2: the base delay is the least of the last ten minutes, so that it follows
 * changes of route and drift of clocks.
 */
const MINUTES = 10
const MINUTE_MS = 60_000

/**
 * The least of the 32-bit values of the last minutes. Values are compared modulo 2^32, so they may
 * wrap.
 */
export class SlidingMinimum {
  readonly #minima: number[] = []
  #minuteStartMs = 0
  #least = 0

  get isEmpty(): boolean {
    return this.#minima.length === 0
  }

  /** The least value; 0 if there is none. */
  get least(): number {
    return this.#least
  }

  add(value: number, nowMs: number): void {
    if (this.#minima.length === 0) return this.reset(value, nowMs)
    if (nowMs - this.#minuteStartMs >= MINUTE_MS) this.#beginMinute(value, nowMs)
    const last = this.#minima.length - 1
    if (isLess(value, this.#minima[last]!)) this.#minima[last] = value
    if (isLess(value, this.#least)) this.#least = value
  }

  /** Forgets all values but this one. */
  reset(value: number, nowMs: number): void {
    this.#minima.length = 0
    this.#minima.push(value)
    this.#minuteStartMs = nowMs
    this.#least = value
  }

  #beginMinute(value: number, nowMs: number): void {
    const passed = Math.floor((nowMs - this.#minuteStartMs) / MINUTE_MS)
    if (passed >= MINUTES) return this.reset(value, nowMs)
    this.#minuteStartMs += passed * MINUTE_MS
    this.#minima.push(value)
    // Minutes without a value have no minimum; those that are too old leave with the others.
    const excess = this.#minima.length - MINUTES
    if (excess > 0) this.#minima.splice(0, excess)
    this.#least = this.#minima.reduce((a, b) => (isLess(b, a) ? b : a))
  }
}

function isLess(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}
