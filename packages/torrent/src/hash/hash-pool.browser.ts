import { systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { HashJob, HashOptions, HashPool, HashPoolOptions, PieceDigests } from './hash-pool.ts'
import { hashByReading } from './reading.ts'

/** A pool without threads: hashes what the source reads, one job after the other, leaving room for the page's own work. */
export function createHashPool(options: HashPoolOptions = {}): HashPool {
  return new ReadingPool(options)
}

class ReadingPool implements HashPool {
  readonly #clock
  readonly #closing = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor({ clock = systemClock }: HashPoolOptions) {
    this.#clock = clock
  }

  hash(job: HashJob, { onProgress, signal }: HashOptions = {}): Promise<PieceDigests> {
    const either = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
    const run = () =>
      hashByReading(job, (offset, into) => job.source.read(offset, into), this.#clock, {
        onProgress,
        signal: either,
      })
    const result = this.#last.then(run)
    this.#last = result.catch(() => {})
    return result
  }

  warm(): void {}

  async close(): Promise<void> {
    this.#closing.abort(new ShoalError('closed', 'the hash pool is closed: create another to hash'))
    await this.#last
  }
}
