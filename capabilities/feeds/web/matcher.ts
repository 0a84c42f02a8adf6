import { BEGUN, type FilterTexts, type Matching } from './matching.ts'

/** Many times the duration of a good pattern for all titles of a feed. */
const LIMIT_MS = 1000

/** The members of a worker that are used here. */
export type MatchingWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>

/**
 * Sends requests to a worker one at a time. A request that takes too long is aborted by terminating
 * the worker; the next one starts a new worker.
 */
export class Matcher {
  readonly #start: () => MatchingWorker
  readonly #limitMs: number
  #worker: MatchingWorker | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(start: () => MatchingWorker, limitMs = LIMIT_MS) {
    this.#start = start
    this.#limitMs = limitMs
  }

  /** Rejects if the signal aborts, or if the worker cannot be loaded. */
  match(filter: FilterTexts, titles: readonly string[], signal: AbortSignal): Promise<Matching> {
    const mine = this.#last.then(() => {
      signal.throwIfAborted()
      return this.#ask(filter, titles, signal)
    })
    this.#last = mine.catch(() => {})
    return mine
  }

  close(): void {
    this.#worker?.terminate()
    this.#worker = null
  }

  #ask({ include, exclude }: FilterTexts, titles: readonly string[], signal: AbortSignal): Promise<Matching> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    const { promise, resolve, reject } = Promise.withResolvers<Matching>()
    const end = (settle: () => void) => {
      this.close()
      settle()
    }
    const aborted = () => end(() => reject(signal.reason))
    let timer: ReturnType<typeof setTimeout> | undefined
    signal.addEventListener('abort', aborted, { once: true })
    worker.onmessage = ({ data }: MessageEvent<typeof BEGUN | Matching>) => {
      // The time limit starts now: loading the worker can take any time.
      if (data === BEGUN) timer = setTimeout(() => end(() => resolve({ kind: 'slow' })), this.#limitMs)
      else resolve(data)
    }
    worker.onerror = () =>
      end(() => reject(new Error('The worker that tests filters could not be started. Reload the page.')))
    worker.postMessage({ filter: { include, exclude }, titles })
    return promise.finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
    })
  }
}
