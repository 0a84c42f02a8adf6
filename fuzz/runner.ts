/** Fuzzes parsers in a thread, and detects those that never return or use up the memory. */
import { Worker } from 'node:worker_threads'
import { Board } from './board.ts'
import type { FuzzResult } from './fuzzer.ts'
import type { Job, Report, WorkerData } from './job.ts'
import { shrink } from './shrink.ts'
import type { Failure } from './target.ts'

export interface Failed {
  readonly input: Uint8Array
  readonly failure: Failure
}

export interface Outcome {
  /** Null if the thread had to be terminated. */
  readonly result: FuzzResult | null
  readonly failed: readonly Failed[]
}

/** A run that takes this long counts as endless; a slow one is reported long before. */
const HANG_MS = 10_000
/** The same while shrinking, whose inputs are short. */
const SHRINK_HANG_MS = 2000
const SHRINK_TRIES = 40
const HEAP_MB = 512

export interface RunnerOptions {
  /**
   * Whether to search for new inputs by the code that they execute. Each parser then needs a
   * separate `Runner`. Default false.
   */
  readonly guided?: boolean
  /** Default ten seconds. */
  readonly hangMs?: number
  /** A module that exports `PARSERS`. Default: all parsers of the project. */
  readonly parsers?: URL
}

const PARSERS = new URL('./parsers.ts', import.meta.url)

/** Runs jobs one after another, in one thread as long as that survives. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #hangMs: number
  readonly #board = new Board()
  #worker: Worker | null = null

  constructor(options: RunnerOptions = {}) {
    this.#options = options
    this.#hangMs = options.hangMs ?? HANG_MS
  }

  async run(job: Job): Promise<Outcome> {
    const failed: Failed[] = []
    const end = await this.#watch(job, failed)
    if (end.kind === 'done') return { result: end.result, failed }
    if (end.kind === 'checked') {
      const { failure } = end
      return { result: null, failed: failure && 'input' in job ? [{ input: job.input, failure }] : [] }
    }
    const input = this.#board.input
    const small = await shrink(
      input,
      candidate => this.#breaks(job.parser, candidate, end.fault),
      SHRINK_TRIES,
    )
    const failure = { fault: end.fault, signature: end.fault, details: end.details }
    return { result: null, failed: [...failed, { input: small, failure }] }
  }

  /** Returns whether an input alone makes its thread fail in this way. */
  async #breaks(parser: string, input: Uint8Array, fault: Failure['fault']): Promise<boolean> {
    const hangMs = Math.min(SHRINK_HANG_MS, this.#hangMs)
    const runner = new Runner({ ...this.#options, guided: false, hangMs })
    const end = await runner.#watch({ parser, input })
    await runner.close()
    return end.kind === 'ended' && end.fault === fault
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = null
  }

  /** Resolves when the job is done, or its thread has been terminated. */
  #watch(job: Job, failed: Failed[] = []): Promise<End> {
    const { guided = false, parsers = PARSERS } = this.#options
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { memory: this.#board.memory, guided, parsers: parsers.href } satisfies WorkerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    const worker = this.#worker
    return new Promise((resolve, reject) => {
      // No input is shown until the thread has started and loaded the parser.
      const before = this.#board.count
      let seen = before
      const timer = setInterval(() => {
        if (this.#board.count !== before && this.#board.count === seen)
          finish({ kind: 'ended', fault: 'hangs', details: `no result after ${this.#hangMs} ms` })
        seen = this.#board.count
      }, this.#hangMs)
      const finish = async (end: End) => {
        clearInterval(timer)
        worker.off('message', hear)
        worker.off('error', fail)
        if (end.kind === 'ended') await this.close()
        resolve(end)
      }
      const hear = (report: Report) => {
        if (report.kind === 'failed') failed.push(report)
        else finish(report)
      }
      const fail = (error: Error & { code?: string }) => {
        // The fuzzer itself failed.
        if (this.#board.count === before) reject(error)
        finish({
          kind: 'ended',
          fault: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'throws',
          details: `${error.name}: ${error.message}`,
        })
      }
      worker.on('message', hear)
      worker.on('error', fail)
      worker.postMessage(job)
    })
  }
}

type End =
  | Exclude<Report, { kind: 'failed' }>
  | { readonly kind: 'ended'; readonly fault: 'hangs' | 'memory' | 'throws'; readonly details: string }
