import { randomUUID } from 'node:crypto'
import type { Job } from '@shoal/api'
import { withReason } from '@shoal/api/reasons'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { JobRecord, JobStore } from './job-store.ts'

/** Number of ended jobs that are always listed. */
const KEPT = 100
/**
 * More ended jobs are listed for this long, up to a maximum, so that a client that started many at
 * once learns how each ended.
 */
const KEPT_MS = 10 * 60_000
const KEPT_AT_MOST = 5000
/** Minimum time between two events of one job. */
const TELL_MS = 500

/** Progress reporting of a job's work. */
export interface JobProgress {
  readonly signal: AbortSignal
  report(progress: { doneBytes: number; totalBytes?: number | null; name?: string }): void
}

export interface JobResult {
  readonly torrent?: string | null
  readonly path?: string | null
  readonly link?: string | null
}

export interface NewJob {
  /** Id of a job that is resumed after a restart. Default: a new one. */
  readonly id?: string
  readonly kind: Job['kind']
  readonly name: string
  readonly torrent?: string | null
  /** JSON with everything needed to restart the job. Absent if it should not be restarted. */
  readonly detail?: unknown
  /** Jobs of one lane run one at a time, in order. Default: immediately. */
  readonly lane?: string
  run(progress: JobProgress): Promise<JobResult | undefined>
}

/** Storage of jobs that survive restarts. */
export type JobRecords = Pick<JobStore, 'add' | 'get' | 'delete' | 'unfinished'>

/**
 * Long-running work of the node: jobs show progress, can be cancelled, and report their outcome.
 */
export class Jobs {
  readonly #jobs = new Map<string, { job: Job; abort: AbortController; done: Promise<Job> }>()
  readonly #lanes = new Map<string, Promise<unknown>>()
  readonly #records: JobRecords
  readonly #onChange: (job: Job) => void
  /** Kinds whose jobs can no longer start. */
  readonly #ended = new Set<string>()
  #closed = false

  constructor(records: JobRecords, onChange: (job: Job) => void) {
    this.#records = records
    this.#onChange = onChange
  }

  /** Throws `closed` when the node stops. */
  start({ id = randomUUID(), kind, name, torrent = null, detail, lane, run }: NewJob): Job {
    if (this.#closed || this.#ended.has(kind))
      throw new Failure('closed', 'the node is stopping: try again after it has restarted')
    const job: Job = {
      id,
      kind,
      name,
      state: lane !== undefined && this.#lanes.has(lane) ? 'waiting' : 'running',
      doneBytes: 0,
      totalBytes: null,
      bytesPerSecond: 0,
      error: null,
      torrent,
      path: null,
      link: null,
      startedMs: Date.now(),
      endedMs: null,
    }
    const abort = new AbortController()
    const entry = { job, abort, done: Promise.resolve(job) }
    if (detail !== undefined && !this.#records.get(id))
      this.#records.add({ id, kind, name, state: 'running', detail, startedMs: job.startedMs })
    this.#jobs.set(id, entry)
    const work = () => this.#run(entry, run)
    entry.done = lane === undefined ? work() : this.#inLane(lane, abort.signal, work)
    this.#tidy()
    this.#onChange(entry.job)
    return entry.job
  }

  list(): Job[] {
    return [...this.#jobs.values()].map(({ job }) => job).reverse()
  }

  /** Throws `not-found`. */
  get(id: string): Job {
    return this.#find(id).job
  }

  /** Resolves with the job once it has ended, in any state. */
  whenEnded(id: string): Promise<Job> {
    return this.#find(id).done
  }

  /** Cancels all jobs of a torrent. Resolves when they have stopped. */
  async cancelOf(torrent: string): Promise<void> {
    const its = [...this.#jobs.values()].filter(({ job }) => job.torrent === torrent && job.endedMs === null)
    await Promise.all(its.map(({ job }) => this.cancel(job.id)))
  }

  /**
   * Cancels a running or waiting job; removes an ended one from the list. Resolves when it has
   * stopped.
   */
  async cancel(id: string): Promise<Job> {
    const entry = this.#find(id)
    if (entry.job.endedMs === null) {
      entry.abort.abort(new Failure('cancelled', 'it was cancelled'))
      return entry.done
    }
    this.#jobs.delete(id)
    return entry.job
  }

  /**
   * Returns the records of the last run's interrupted jobs that have not been resumed yet, oldest
   * first.
   */
  unfinished(): JobRecord[] {
    return this.#records.unfinished().filter(({ id }) => !this.#jobs.has(id))
  }

  /** Drops the record of a job that cannot be resumed. */
  drop(id: string): void {
    this.#records.delete(id)
  }

  /**
   * Cancels all jobs of these kinds and waits for them. Jobs with a record can be resumed at the
   * next start.
   */
  async end(kinds: readonly string[]): Promise<void> {
    for (const kind of kinds) this.#ended.add(kind)
    await this.#cutOff(({ kind }) => kinds.includes(kind))
  }

  /** Like `end`, for all jobs. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#cutOff(() => true)
  }

  async #cutOff(fits: (job: Job) => boolean): Promise<void> {
    const entries = [...this.#jobs.values()].filter(({ job }) => fits(job))
    for (const { job, abort } of entries)
      if (job.endedMs === null) abort.abort(new Failure('closed', 'the node is stopping'))
    await Promise.all(entries.map(({ done }) => done))
  }

  async #run(entry: { job: Job; abort: AbortController }, run: NewJob['run']): Promise<Job> {
    const { signal } = entry.abort
    const change = (change: Partial<Job>) => {
      entry.job = { ...entry.job, ...change }
      this.#onChange(entry.job)
    }
    try {
      // The caller receives the job before it can end.
      await Promise.resolve()
      signal.throwIfAborted()
      if (entry.job.state === 'waiting') change({ state: 'running' })
      const result = await run({ signal, report: throttled(entry, change) })
      const { doneBytes, totalBytes } = entry.job
      change({
        ...result,
        state: 'done',
        doneBytes: totalBytes ?? doneBytes,
        bytesPerSecond: 0,
        endedMs: Date.now(),
      })
    } catch (error) {
      const state = signal.aborted ? 'cancelled' : 'failed'
      change({ state, error: withReason(describeFailure(error)), bytesPerSecond: 0, endedMs: Date.now() })
    }
    // A job interrupted by the node's shutdown is resumed at the next start, unless it completed
    // anyway.
    const isCutOff = (signal.reason as { code?: unknown } | undefined)?.code === 'closed'
    if (!isCutOff || entry.job.state !== 'cancelled') this.#forget(entry.job.id)
    return entry.job
  }

  /** Do not fail the finished job: a remaining record only repeats it at the next start. */
  #forget(id: string): void {
    try {
      this.#records.delete(id)
    } catch {
      // The catalogue reports a failing disk itself.
    }
  }

  #inLane(lane: string, signal: AbortSignal, work: () => Promise<Job>): Promise<Job> {
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    // A waiting job that is cancelled ends immediately; later ones still wait for those before it.
    const mine = turnOrAbort(before, signal).then(work)
    const tail = Promise.all([before, mine])
    this.#lanes.set(lane, tail)
    void tail.finally(() => {
      if (this.#lanes.get(lane) === tail) this.#lanes.delete(lane)
    })
    return mine
  }

  #find(id: string) {
    const entry = this.#jobs.get(id)
    if (entry) return entry
    throw new Failure('not-found', 'there is no such job: only the latest ended jobs are kept', {
      field: 'id',
    })
  }

  #tidy(): void {
    const ended = [...this.#jobs.values()].filter(({ job }) => job.endedMs !== null)
    const atMost = ended.length - KEPT_AT_MOST
    for (const [i, { job }] of ended.slice(0, -KEPT).entries())
      if (i < atMost || Date.now() - job.endedMs! > KEPT_MS) this.#jobs.delete(job.id)
  }
}

function turnOrAbort(turn: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    void turn.then(() => resolve())
  })
}

function throttled(entry: { job: Job }, change: (change: Partial<Job>) => void): JobProgress['report'] {
  let told = { atMs: performance.now(), doneBytes: 0 }
  return ({ doneBytes, totalBytes, name }) => {
    const { job } = entry
    // Ignore progress reported after the job has ended.
    if (job.endedMs !== null) return
    const now = {
      doneBytes,
      totalBytes: totalBytes === undefined ? job.totalBytes : totalBytes,
      name: name ?? job.name,
    }
    const nowMs = performance.now()
    const seconds = (nowMs - told.atMs) / 1000
    if (seconds * 1000 < TELL_MS) {
      entry.job = { ...job, ...now }
      return
    }
    const bytesPerSecond = Math.max(0, (doneBytes - told.doneBytes) / seconds)
    told = { atMs: nowMs, doneBytes }
    change({ ...now, bytesPerSecond })
  }
}
