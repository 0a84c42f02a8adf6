import type { Clock } from './clock.ts'

/** Longest time before long work yields to the event loop. */
const TURN_MS = 8

/** Splits long work, such as work on thousands of torrents, across turns of the event loop. */
export class Turns {
  readonly #clock: Clock
  #endMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#endMs = clock.nowMs() + TURN_MS
  }

  /**
   * Call between two steps of the work. Resolves at once or, if the turn has lasted 8 ms, in a
   * later turn.
   */
  async next(): Promise<void> {
    if (this.#clock.nowMs() < this.#endMs) return
    await new Promise(resolve => setTimeout(resolve))
    this.#endMs = this.#clock.nowMs() + TURN_MS
  }
}
