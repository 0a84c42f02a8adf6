/**
 * Processes that join within this time may not have heard what this one reported when it joined.
 */
const LATE_MS = 15_000
/** One report serves all processes that join within this time. */
const AGAIN_MS = 500

export interface GapReportOptions {
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number
  /** Reports the peers heard of within this time to all other processes. */
  readonly report: (withinSeconds: number) => void
}

/**
 * Reports the peers heard of while no process could be reached: when this process joins, and again
 * to those that join shortly after it, since they may request the swarms from one that has not
 * caught up itself.
 */
export class GapReport {
  readonly #options: GapReportOptions
  #joinedMs: number | null = null
  #withinSeconds = 0
  #again: NodeJS.Timeout | undefined

  constructor(options: GapReportOptions) {
    this.#options = options
  }

  /** Whether this process has joined. */
  get hasJoined(): boolean {
    return this.#joinedMs !== null
  }

  /** This process has joined. */
  joined(withinSeconds: number): void {
    this.#joinedMs = this.#options.nowMs()
    this.#withinSeconds = withinSeconds
    this.#options.report(withinSeconds)
  }

  /** Another process has joined. */
  otherJoined(): void {
    if (this.#sinceMs() > LATE_MS) return
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      this.#options.report(this.#withinSeconds + Math.ceil(this.#sinceMs() / 1000))
    }, AGAIN_MS).unref()
  }

  close(): void {
    clearTimeout(this.#again)
  }

  #sinceMs(): number {
    return this.#options.nowMs() - (this.#joinedMs ?? Number.NEGATIVE_INFINITY)
  }
}
