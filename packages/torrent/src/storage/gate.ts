/**
 * A readers-writer lock: reads and writes of bytes enter together. A move of the files closes the
 * gate, waits until all users inside have left, and opens it again.
 */
export class Gate {
  #inside = 0
  #waiting = 0
  #closed: Promise<void> | null = null
  #onEmpty: (() => void) | null = null

  /** Whether any user is inside or waiting. */
  get busy(): boolean {
    return this.#inside > 0 || this.#waiting > 0 || this.#closed !== null
  }

  /** Enters and returns true if the gate is open. The caller must then call `leave`. */
  tryEnter(): boolean {
    if (this.#closed !== null) return false
    this.#inside++
    return true
  }

  /** Enters as soon as the gate is open. The caller must then call `leave`. */
  async enter(): Promise<void> {
    await this.#whenOpen()
    this.#inside++
  }

  leave(): void {
    this.#inside--
    if (this.#inside === 0) this.#onEmpty?.()
  }

  /** Runs `work` with exclusive access. `work` must not enter itself. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.#whenOpen()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closed = promise
    try {
      if (this.#inside > 0) await new Promise<void>(empty => (this.#onEmpty = empty))
      return await work()
    } finally {
      this.#onEmpty = null
      this.#closed = null
      resolve()
    }
  }

  async #whenOpen(): Promise<void> {
    this.#waiting++
    while (this.#closed !== null) await this.#closed
    this.#waiting--
  }
}

/** Runs one job at a time, in the order of the calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether a job is running or waiting. */
  get busy(): boolean {
    return this.#waiting > 0
  }

  /** Runs `work` after all earlier jobs have settled. */
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
