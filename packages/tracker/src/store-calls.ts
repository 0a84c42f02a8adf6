/** The fields of an Announce or SwarmCounts that report a failed call of the store. */
export interface CallResult {
  failure: string
  retryInSeconds: number
}

export const STORE_FAILED = 'The tracker failed: try again later'
export const STORE_BUSY = 'The tracker is overloaded: try again later'
const RETRY_SECONDS = 60

/**
 * Limits the calls of an asynchronous store: their number, and the time to wait for each. A call
 * that timed out still counts until it ends, so that calls do not pile up in a store that hangs.
 */
export class StoreCalls {
  readonly #most: number
  readonly #limitMs: number
  readonly #onError: (error: unknown) => void
  #pending = 0
  /** One function per awaited call, which ends the waiting. */
  readonly #waiting = new Set<(error?: unknown) => void>()

  constructor(most: number, limitMs: number, onError: (error: unknown) => void) {
    this.#most = most
    this.#limitMs = limitMs
    this.#onError = onError
  }

  get pending(): number {
    return this.#pending
  }

  /** Returns true if another call is allowed; otherwise fills in the failure. */
  admits(result: CallResult): boolean {
    result.failure = ''
    result.retryInSeconds = 0
    if (this.#pending < this.#most) return true
    this.#refuse(result, STORE_BUSY)
    return false
  }

  /** Fills in the failure of a call that threw. */
  failed(result: CallResult, error: unknown): void {
    this.#refuse(result, STORE_FAILED)
    this.#onError(error)
  }

  /** Resolves when the call has ended or timed out, with any failure filled in. Never rejects. */
  settle(call: Promise<void>, result: CallResult): Promise<void> {
    this.#pending++
    return new Promise(resolve => {
      let isAwaited = true
      const end = (error?: unknown) => {
        if (!isAwaited) return
        isAwaited = false
        this.#waiting.delete(end)
        clearTimeout(timer)
        if (error !== undefined) this.failed(result, error)
        resolve()
      }
      const timer = setTimeout(
        () => end(new Error('The store did not answer in time')),
        this.#limitMs,
      ).unref()
      this.#waiting.add(end)
      const over = () => {
        this.#pending--
      }
      call.finally(over).then(
        () => end(),
        error => end(error ?? new Error('The store failed')),
      )
    })
  }

  /** Stops waiting for all calls, which fail. */
  close(): void {
    for (const end of [...this.#waiting]) end(new Error('The tracker was closed'))
  }

  #refuse(result: CallResult, failure: string): void {
    result.failure = failure
    result.retryInSeconds = RETRY_SECONDS
  }
}
