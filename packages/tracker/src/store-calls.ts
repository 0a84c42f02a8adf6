/** What a call of the store fills in when it fails: an Announce or SwarmCounts. */
export interface Answer {
  failure: string
  retryInSeconds: number
}

export const STORE_FAILED = 'the tracker failed: try again later'
export const STORE_BUSY = 'the tracker has too much to do: try again later'
const RETRY_SECONDS = 60

/**
 * Calls of a store that takes its time: at most so many at once, each waited for so long. One that is not waited for any more still counts until it ends,
 * so that a store which hangs is not given more and more.
 */
export class StoreCalls {
  readonly #most: number
  readonly #limitMs: number
  readonly #onError: (error: unknown) => void
  #pending = 0
  /** Ends the waiting for each call that is waited for. */
  readonly #waiting = new Set<(error?: unknown) => void>()

  constructor(most: number, limitMs: number, onError: (error: unknown) => void) {
    this.#most = most
    this.#limitMs = limitMs
    this.#onError = onError
  }

  get pending(): number {
    return this.#pending
  }

  /** Whether there is room for one more; else the answer says that there is none. */
  admits(answer: Answer): boolean {
    answer.failure = ''
    answer.retryInSeconds = 0
    if (this.#pending < this.#most) return true
    this.#refuse(answer, STORE_BUSY)
    return false
  }

  /** The call threw. */
  failed(answer: Answer, error: unknown): void {
    this.#refuse(answer, STORE_FAILED)
    this.#onError(error)
  }

  /** Resolves when the answer is there, or says why it is not; never rejects. */
  settle(call: Promise<void>, answer: Answer): Promise<void> {
    this.#pending++
    return new Promise(resolve => {
      let isAwaited = true
      const end = (error?: unknown) => {
        if (!isAwaited) return
        isAwaited = false
        this.#waiting.delete(end)
        clearTimeout(timer)
        if (error !== undefined) this.failed(answer, error)
        resolve()
      }
      const timer = setTimeout(
        () => end(new Error('the store did not answer in time')),
        this.#limitMs,
      ).unref()
      this.#waiting.add(end)
      const over = () => {
        this.#pending--
      }
      call.finally(over).then(
        () => end(),
        error => end(error ?? new Error('the store failed')),
      )
    })
  }

  /** Waits for no call any more: their answers say that they failed. */
  close(): void {
    for (const end of [...this.#waiting]) end(new Error('the tracker was closed'))
  }

  #refuse(answer: Answer, failure: string): void {
    answer.failure = failure
    answer.retryInSeconds = RETRY_SECONDS
  }
}
