import { systemClock } from '@shoal/torrent'

/** Time slice of the event loop, after which other work gets its turn. */
const TURN_MS = 3

/** Work in small steps that yields after each, so that the rest of the program can run. */
export type Work<T> = Generator<undefined, T>

/**
 * Runs all work of one kind in successive turns of the event loop, so that its sum does not block
 * the rest of the program.
 */
export class Turns {
  #last = Promise.resolve()

  /** Resolves when the next turn begins. */
  next(): Promise<void> {
    const turn = () => new Promise<void>(resolve => void systemClock.after(0, resolve))
    this.#last = this.#last.then(turn)
    return this.#last
  }

  /** Runs work in this turn, and in later ones if it takes longer. Rejects if it throws. */
  async finish<T>(work: Work<T>): Promise<T> {
    let endMs = systemClock.nowMs() + TURN_MS
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) return step.value
      if (systemClock.nowMs() < endMs) continue
      await this.next()
      endMs = systemClock.nowMs() + TURN_MS
    }
  }
}

/** Runs work without a pause. */
export function finishNow<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}
