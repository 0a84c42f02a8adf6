/**
 * Runs a task, one run at a time. Requests that arrive during a run cause one more run after it.
 */
export class Coalesced {
  readonly #task: () => Promise<void>
  #isRunning = false
  #isAsked = false

  /** `task` must not reject. */
  constructor(task: () => Promise<void>) {
    this.#task = task
  }

  run(): void {
    this.#isAsked = true
    if (!this.#isRunning) void this.#runs()
  }

  async #runs(): Promise<void> {
    this.#isRunning = true
    while (this.#isAsked) {
      this.#isAsked = false
      await this.#task()
    }
    this.#isRunning = false
  }
}
