import type { Clock } from './clock.ts'

/** Work that lasts longer gives way to whatever else the event loop has to do. */
const TURN_MS = 8

/** Divides long work, such as that on thousands of torrents, among turns of the event loop. */
export class Turns {
  readonly #clock: Clock
  #endMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#endMs = clock.nowMs() + TURN_MS
  }

  /** Call between two steps of the work. Resolves at once or, if the turn has lasted for 8 ms, in another one. */
  async next(): Promise<void> {
    if (this.#clock.nowMs() < this.#endMs) return
    await new Promise(resolve => setTimeout(resolve))
    this.#endMs = this.#clock.nowMs() + TURN_MS
  }
}
