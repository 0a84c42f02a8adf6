/** Runs a function once at the end of the turn, however often it is requested. */
export class Soon {
  #isAsked = false
  readonly #run: () => void

  constructor(run: () => void) {
    this.#run = run
  }

  ask(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    queueMicrotask(this.#call)
  }

  readonly #call = () => {
    this.#isAsked = false
    this.#run()
  }
}
