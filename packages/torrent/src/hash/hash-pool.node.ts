import { availableParallelism } from 'node:os'
import { type Clock, systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { HashJob, HashOptions, HashPool, HashPoolOptions, PieceDigests } from './hash-pool.ts'
import { HashThread } from './hash-thread.node.ts'
import { hashByReading } from './reading.ts'
import { RunningJob } from './running-job.node.ts'
import { RunCutter } from './runs.ts'
import { segmentReader } from './segment-reader.node.ts'

/**
 * A pool with one thread per core. Threads start with the first job large enough and end when idle.
 */
export function createHashPool(options: HashPoolOptions = {}): HashPool {
  return new ThreadPool(options)
}

/** Jobs up to this size finish on the calling thread sooner than a new thread would start. */
const INLINE_BYTES = 8 << 20
/** Runs sent to a thread at a time, so that it has the next one ready. */
const RUNS_AHEAD = 2
const IDLE_MS = 5000

class ThreadPool implements HashPool {
  readonly #size: number
  readonly #idleMs: number
  readonly #clock: Clock
  readonly #closing = new AbortController()
  readonly #threads = new Set<HashThread>()
  /** Threads that are stopping. */
  readonly #ending = new Set<Promise<void>>()
  /** Jobs with runs left. They take turns, so that a small job does not wait for a large one. */
  #jobs: RunningJob[] = []
  readonly #running = new Set<Promise<unknown>>()
  #cancelIdle: () => void = () => {}

  constructor({ threads = availableParallelism(), idleMs = IDLE_MS, clock = systemClock }: HashPoolOptions) {
    this.#size = Math.max(1, threads)
    this.#idleMs = idleMs
    this.#clock = clock
  }

  async hash(job: HashJob, { onProgress, signal }: HashOptions = {}): Promise<PieceDigests> {
    const either = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
    either.throwIfAborted()
    const result = this.#start(job, { onProgress, signal: either })
    this.#running.add(result)
    try {
      return await result
    } finally {
      this.#running.delete(result)
    }
  }

  warm(): void {
    if (this.#closing.signal.aborted) return
    while (this.#threads.size < this.#size) this.#addThread()
    this.#stopWhenIdle()
  }

  async close(): Promise<void> {
    this.#closing.abort(new ShoalError('closed', 'The hash pool is closed. Create another one.'))
    this.#cancelIdle()
    await Promise.allSettled(this.#running)
    this.#stopThreads()
    await Promise.all(this.#ending)
  }

  #start(job: HashJob, options: HashOptions): Promise<PieceDigests> {
    const cutter = new RunCutter(job, this.#size)
    const onDisk = cutter.pieceCount > 0 && cutter.isOnDisk()
    const small = cutter.totalBytes <= INLINE_BYTES && this.#threads.size === 0
    if (onDisk && !small) return this.#startOnThreads(job, cutter, options)
    if (!onDisk)
      return hashByReading(job, (offset, into) => job.source.read(offset, into), this.#clock, options)
    const reader = segmentReader(job.source)
    return hashByReading(job, reader.read, this.#clock, options).finally(reader.close)
  }

  #startOnThreads(job: HashJob, cutter: RunCutter, options: HashOptions): Promise<PieceDigests> {
    const running = new RunningJob(job, cutter, this.#clock, options)
    this.#cancelIdle()
    this.#jobs.push(running)
    this.#dispatch()
    return running.result
  }

  /** Sends runs to threads that have room for them. */
  #dispatch(): void {
    while (this.#jobs.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      const job = this.#jobs.shift()!
      const request = job.nextRequest()
      if (!request) continue
      this.#jobs.push(job)
      thread.send(request, outcome => {
        job.settle(request, outcome)
        this.#dispatch()
        this.#stopWhenIdle()
      })
    }
  }

  /** The least busy thread; starts a new one if all are busy and the limit allows. */
  #freeThread(): HashThread | null {
    let best: HashThread | null = null
    for (const thread of this.#threads) if (!best || thread.busy < best.busy) best = thread
    if (best?.busy !== 0 && this.#threads.size < this.#size) return this.#addThread()
    return best && best.busy < RUNS_AHEAD ? best : null
  }

  #addThread(): HashThread {
    const thread = new HashThread(() => this.#threads.delete(thread))
    this.#threads.add(thread)
    return thread
  }

  #stopWhenIdle(): void {
    for (const thread of this.#threads) if (thread.busy > 0) return
    this.#cancelIdle()
    this.#cancelIdle = afterIdle(this.#clock, this.#idleMs, () => this.#stopThreads())
  }

  /** Returns immediately; a job that arrives in the meantime gets new threads. */
  #stopThreads(): void {
    for (const thread of this.#threads) {
      const end = thread.stop().finally(() => this.#ending.delete(end))
      this.#ending.add(end)
    }
    this.#threads.clear()
  }
}

/** Like `clock.after`, but does not keep the process alive. */
function afterIdle(clock: Clock, delayMs: number, callback: () => void): () => void {
  if (clock !== systemClock) return clock.after(delayMs, callback)
  const timer = setTimeout(callback, delayMs).unref()
  return () => clearTimeout(timer)
}
