import type { Problems } from './problems.ts'

export const TICK_MS = 1000

type Work = (nowMs: number) => void

/** One timer for all work that happens once a second. */
export class Ticker {
  readonly #problems: Problems
  readonly #parts = new Map<string, Work>()
  #timer: NodeJS.Timeout | null = null
  #isTicking = false

  constructor(problems: Problems) {
    this.#problems = problems
  }

  /**
   * Runs `work` in each tick, in the order of registration, until the returned function is called.
   * A failure does not affect other work. `part` names it in messages: "the list".
   */
  every(part: string, work: Work): () => void {
    if (this.#parts.has(part)) throw new Error(`${part} is already called once a second`)
    this.#parts.set(part, work)
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS)
    return () => {
      this.#parts.delete(part)
      if (this.#parts.size > 0 || !this.#timer) return
      clearInterval(this.#timer)
      this.#timer = null
    }
  }

  /**
   * Each part gets its own turn of the event loop, so that other work need not wait for all of
   * them.
   */
  async #tick(): Promise<void> {
    if (this.#isTicking) return
    this.#isTicking = true
    const nowMs = Date.now()
    for (const part of [...this.#parts.keys()]) {
      const work = this.#parts.get(part)
      if (work) this.#problems.guard(part, () => work(nowMs))
      await new Promise(setImmediate)
    }
    this.#isTicking = false
  }
}
