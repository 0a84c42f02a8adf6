/** Runs one task at a time. A task that arrives while another runs is dropped. */
export class OneAtATime {
  #isBusy = false

  /** Resolves to false if `work` was dropped. Rejects as `work` does. */
  async run(work: () => Promise<void>): Promise<boolean> {
    // Set before the first await: the second click of a double click arrives before the page has
    // changed.
    if (this.#isBusy) return false
    this.#isBusy = true
    try {
      await work()
      return true
    } finally {
      this.#isBusy = false
    }
  }
}
