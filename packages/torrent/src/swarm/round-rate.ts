/** BEP 3: who is rewarded is decided by a rolling average of twenty seconds, two rounds of choking. */
const ROUNDS = 2

interface Mark {
  readonly ms: number
  readonly bytes: number
}

/**
 * The rate of the last two rounds of choking. Over a slow line a block takes seconds, so that a meter of a few seconds says nothing of who
 * gives and who does not.
 */
export class RoundRate {
  readonly #marks: Mark[]

  constructor(nowMs: number) {
    this.#marks = [{ ms: nowMs, bytes: 0 }]
  }

  /** A round is over. `totalBytes`: all there ever were. */
  mark(totalBytes: number, nowMs: number): void {
    this.#marks.push({ ms: nowMs, bytes: totalBytes })
    if (this.#marks.length > ROUNDS) this.#marks.shift()
  }

  bytesPerSecond(totalBytes: number, nowMs: number): number {
    const { ms, bytes } = this.#marks[0]!
    return ((totalBytes - bytes) * 1000) / Math.max(1000, nowMs - ms)
  }
}
