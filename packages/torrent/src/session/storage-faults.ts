import type { Clock } from '../base/clock.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import type { Transfer } from '../swarm/transfer.ts'

/** How often storage that refused bytes is tried again. */
const RETRY_WRITES_MS = 5000

/** Tries storage that refused bytes again, every few seconds, until there is room. */
export class WriteRetries {
  readonly #clock: Clock
  #nextMs: number
  #running: Promise<boolean> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#nextMs = clock.nowMs() + RETRY_WRITES_MS
  }

  get isDue(): boolean {
    return this.#running === null && this.#clock.nowMs() >= this.#nextMs
  }

  /** Resolves to whether storage has taken all that it refused. */
  retry(transfer: Transfer): Promise<boolean> {
    this.#nextMs = this.#clock.nowMs() + RETRY_WRITES_MS
    this.#running ??= transfer.retryWrites().finally(() => {
      this.#running = null
    })
    return this.#running
  }
}

/** What stops a torrent when a piece that it has cannot be read. */
export function readFault(piece: number, cause: unknown): ShoalError {
  const message = `piece ${piece} cannot be read: ${messageOf(cause)}. Put the file back, then resume: what is there is checked`
  return new ShoalError('io', message, { cause })
}
