import { ShoalError } from '../../base/errors.ts'

const MOST_FLIPS = 100
const WINDOW_MS = 10_000

/**
 * Maximum number of changes of a peer's interest. Each may trigger a choke round, so too many are
 * a flood.
 */
export class InterestFlips {
  #count = 0
  #fromMs = 0

  /** Counts a change. Throws `bad-message` if there are too many. */
  count(nowMs: number): void {
    if (nowMs - this.#fromMs > WINDOW_MS) {
      this.#count = 0
      this.#fromMs = nowMs
    }
    if (++this.#count > MOST_FLIPS) throw new ShoalError('bad-message', 'it keeps changing its interest')
  }
}
