/** BEP 3: choking uses a rolling average of twenty seconds, which are two rounds. */
const ROUNDS = 2

interface Mark {
  readonly ms: number
  readonly bytes: number
}

/**
 * The rate over the last two rounds of choking. On a slow line a block takes seconds, so a meter of
 * a few seconds does not show who uploads and who does not.
 */
export class RollingRate {
  readonly #marks: Mark[]

  constructor(nowMs: number) {
    this.#marks = [{ ms: nowMs, bytes: 0 }]
  }

  /** Ends a round. `totalBytes`: all bytes so far. */
  mark(totalBytes: number, nowMs: number): void {
    this.#marks.push({ ms: nowMs, bytes: totalBytes })
    if (this.#marks.length > ROUNDS) this.#marks.shift()
  }

  bytesPerSecond(totalBytes: number, nowMs: number): number {
    const { ms, bytes } = this.#marks[0]!
    return ((totalBytes - bytes) * 1000) / Math.max(1000, nowMs - ms)
  }
}
