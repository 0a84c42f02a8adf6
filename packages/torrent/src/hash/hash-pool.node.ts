import { availableParallelism } from 'node:os'
import { type Clock, systemClock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { HashJob, HashOptions, HashPool, HashPoolOptions, PieceDigests } from './hash-pool.ts'
import { HashThread } from './hash-thread.node.ts'
import { hashByReading } from './reading.ts'
import { RunningJob } from './running-job.node.ts'
import { RunCutter } from './runs.ts'
import { segmentReader } from './segment-reader.node.ts'

/** A pool of as many threads as there are cores. They start with the first job that is worth it and end when idle. */
export function createHashPool(options: HashPoolOptions = {}): HashPool {
  return new ThreadPool(options)
}

/** Less than this takes less time on this thread than a thread needs to start. */
const INLINE_BYTES = 8 << 20
/** Runs given to a thread at a time: it has the next one when it is done with one. */
const RUNS_AHEAD = 2
const IDLE_MS = 5000

class ThreadPool implements HashPool {
  readonly #size: number
  readonly #idleMs: number
  readonly #clock: Clock
  readonly #closing = new AbortController()
  readonly #threads = new Set<HashThread>()
  /** Threads on their way out. */
  readonly #ending = new Set<Promise<void>>()
  /** Jobs with runs to hand out; each takes its turn, so that a small one need not wait for a big one. */
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
    this.#closing.abort(new ShoalError('closed', 'the hash pool is closed: create another to hash'))
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
    this.#handOut()
    return running.result
  }

  /** Gives runs to threads that have room. */
  #handOut(): void {
    while (this.#jobs.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      const job = this.#jobs.shift()!
      const request = job.nextRequest()
      if (!request) continue
      this.#jobs.push(job)
      thread.send(request, outcome => {
        job.settle(request, outcome)
        this.#handOut()
        this.#stopWhenIdle()
      })
    }
  }

  /** The least busy thread; a new one rather than one that has work. */
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

  /** Takes no time: a job that comes meanwhile gets new threads. */
  #stopThreads(): void {
    for (const thread of this.#threads) {
      const end = thread.stop().finally(() => this.#ending.delete(end))
      this.#ending.add(end)
    }
    this.#threads.clear()
  }
}

/** As `clock.after`, but a process that has nothing else to do need not wait for it. */
function afterIdle(clock: Clock, delayMs: number, callback: () => void): () => void {
  if (clock !== systemClock) return clock.after(delayMs, callback)
  const timer = setTimeout(callback, delayMs).unref()
  return () => clearTimeout(timer)
}
