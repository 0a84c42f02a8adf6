/** Runs one thing at a time: what comes meanwhile is left out. */
export class OneAtATime {
  #isBusy = false

  /** Resolves to false when it was left out. Rejects with what `work` rejects with. */
  async run(work: () => Promise<void>): Promise<boolean> {
    // Before anything is waited for: the second click of a double click comes before the page has changed.
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
