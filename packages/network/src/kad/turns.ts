import { systemClock } from '@shoal/torrent'

/** Time of a turn of the event loop, in which a program answers others, too. */
const TURN_MS = 3

/** Work in small steps: it yields after each, so that the rest of the program may have a turn. */
export type Work<T> = Generator<undefined, T>

/** Gives all work of one kind a turn of the event loop after the other, so that all of it together does not hold up the rest of the program. */
export class Turns {
  #last = Promise.resolve()

  /** Resolves when the next turn begins. */
  next(): Promise<void> {
    const turn = () => new Promise<void>(resolve => void systemClock.after(0, resolve))
    this.#last = this.#last.then(turn)
    return this.#last
  }

  /** Does work in this turn, and in others if it takes longer. Rejects if it throws. */
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

/** Does work without a pause. */
export function finishNow<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}
