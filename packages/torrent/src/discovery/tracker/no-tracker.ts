import { TrackerError, type TrackerProtocol } from './tracker.ts'

/** A kind of tracker that the platform cannot use: every call rejects with `unsupported` and the reason. */
export class NoTracker implements TrackerProtocol {
  readonly timeLimitMs = 1000
  readonly #reason: string

  constructor(reason: string) {
    this.#reason = reason
  }

  async announce(): Promise<never> {
    throw new TrackerError('unsupported', this.#reason)
  }

  async scrape(): Promise<never> {
    throw new TrackerError('unsupported', this.#reason)
  }

  async close(): Promise<void> {}
}
