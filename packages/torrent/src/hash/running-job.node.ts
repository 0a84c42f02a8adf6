import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { DigestTable, ProgressReport } from './digests.ts'
import { readError } from './file-errors.node.ts'
import type { HashJob, HashOptions, PieceDigests } from './hash-pool.ts'
import type { RunOutcome } from './hash-thread.node.ts'
import type { RunRequest } from './hash-worker.node.ts'
import type { RunCutter } from './runs.ts'

let requests = 0

/** A job whose runs are hashed by threads in any order. */
export class RunningJob {
  /** Settles when no thread is working on the job. */
  readonly result: Promise<PieceDigests>
  readonly #cutter: RunCutter
  readonly #table: DigestTable
  readonly #progress: ProgressReport
  readonly #signal: AbortSignal | undefined
  /** Shared with the threads, so that they can stop in the middle of a run. */
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(4))
  readonly #abort = () => this.#fail(this.#signal?.reason)
  #outstanding = 0
  #failed = false
  #failure: unknown
  #resolve!: (digests: PieceDigests) => void
  #reject!: (reason: unknown) => void

  constructor(job: HashJob, cutter: RunCutter, clock: Clock, { onProgress, signal }: HashOptions) {
    this.#cutter = cutter
    this.#table = new DigestTable(job.version, cutter.pieceCount)
    this.#progress = new ProgressReport(cutter.totalBytes, onProgress, clock)
    this.#signal = signal
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** The next request for a thread; null if all runs have been sent or the job has failed. */
  nextRequest(): RunRequest | null {
    if (this.#failed || this.#cutter.done) return null
    try {
      const run = this.#cutter.next()
      this.#outstanding++
      return {
        id: ++requests,
        run,
        withSha1: this.#table.sha1 !== null,
        withTree: this.#table.roots !== null,
        cancelled: this.#cancelled,
      }
    } catch (error) {
      this.#fail(error)
      return null
    }
  }

  /** Records the outcome of a request. */
  settle({ run }: RunRequest, outcome: RunOutcome): void {
    this.#outstanding--
    if (outcome instanceof Error)
      this.#fail(new ShoalError('io', `Hashing stopped: ${outcome.message}. Try again.`, { cause: outcome }))
    else if (outcome.error)
      this.#fail(readError(outcome.error.code, outcome.error.path, outcome.error.message))
    else if (!this.#failed) {
      for (let i = 0; i < run.count; i++) if (outcome.present[i]) this.#table.present.set(run.first + i)
      if (outcome.sha1) this.#table.sha1?.set(outcome.sha1, run.first * 20)
      if (outcome.roots) this.#table.roots?.set(outcome.roots, run.first * 32)
      this.#progress.add(run.bytes)
    }
    this.#endIfDone()
  }

  #fail(reason: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure = reason
    Atomics.store(this.#cancelled, 0, 1)
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.#outstanding > 0 || !(this.#failed || this.#cutter.done)) return
    this.#signal?.removeEventListener('abort', this.#abort)
    if (this.#failed) this.#reject(this.#failure)
    else {
      this.#progress.end()
      this.#resolve(this.#table.result())
    }
  }
}
