/**
 * Lets many work at a time, or one alone: reads and writes pass beside each other; what changes where files are shuts the gate, waits
 * until all who passed have left, and opens it again.
 */
export class Gate {
  #inside = 0
  #waiting = 0
  #shut: Promise<void> | null = null
  #onEmpty: (() => void) | null = null

  /** Whether anybody is inside or waits. */
  get busy(): boolean {
    return this.#inside > 0 || this.#waiting > 0 || this.#shut !== null
  }

  /** Passes if the gate is open; then `leave` must follow. */
  tryEnter(): boolean {
    if (this.#shut !== null) return false
    this.#inside++
    return true
  }

  /** Passes as soon as the gate is open; then `leave` must follow. */
  async enter(): Promise<void> {
    await this.#whenOpen()
    this.#inside++
  }

  leave(): void {
    this.#inside--
    if (this.#inside === 0) this.#onEmpty?.()
  }

  /** Runs `work` with nobody else inside. What it calls must not enter. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.#whenOpen()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#shut = promise
    try {
      if (this.#inside > 0) await new Promise<void>(empty => (this.#onEmpty = empty))
      return await work()
    } finally {
      this.#onEmpty = null
      this.#shut = null
      resolve()
    }
  }

  async #whenOpen(): Promise<void> {
    this.#waiting++
    while (this.#shut !== null) await this.#shut
    this.#waiting--
  }
}

/** Lets one work at a time, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether anybody works or waits. */
  get busy(): boolean {
    return this.#waiting > 0
  }

  /** Runs `work` when all who asked before have finished, however that ended. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }
}
