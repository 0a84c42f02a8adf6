import { randomUUID } from 'node:crypto'
import type { Job } from '@shoal/api'
import type { JobStore } from '../catalogue/job-store.ts'
import { describeFailure, Failure } from '../cli/failure.ts'

/** Jobs that ended and are still shown. */
const KEPT = 100
/** Waits between two events of one job. */
const TELL_MS = 500

/** What a job's work can say while it runs. */
export interface JobProgress {
  readonly signal: AbortSignal
  report(progress: { doneBytes: number; totalBytes?: number | null; name?: string }): void
}

export interface JobResult {
  readonly torrent?: string | null
  readonly path?: string | null
}

export interface NewJob {
  /** Of a job that goes on after a restart. Default: a new one. */
  readonly id?: string
  readonly kind: Job['kind']
  readonly name: string
  readonly torrent?: string | null
  /** What it takes to begin it anew after a restart, as JSON; absent for one that then need not. */
  readonly detail?: unknown
  /** Jobs of one lane run one at a time, in order. Default: at once. */
  readonly lane?: string
  run(progress: JobProgress): Promise<JobResult | undefined>
}

/** Where jobs are kept that go on after a restart. */
export type JobRecords = Pick<JobStore, 'add' | 'get' | 'delete'>

/** Long works of the node: they show progress, can be cancelled, and say how they ended. */
export class Jobs {
  readonly #jobs = new Map<string, { job: Job; abort: AbortController; done: Promise<Job> }>()
  readonly #lanes = new Map<string, Promise<unknown>>()
  readonly #records: JobRecords
  readonly #onChange: (job: Job) => void

  constructor(records: JobRecords, onChange: (job: Job) => void) {
    this.#records = records
    this.#onChange = onChange
  }

  start({ id = randomUUID(), kind, name, torrent = null, detail, lane, run }: NewJob): Job {
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
      startedMs: Date.now(),
      endedMs: null,
    }
    const abort = new AbortController()
    const entry = { job, abort, done: Promise.resolve(job) }
    this.#jobs.set(id, entry)
    if (detail !== undefined && !this.#records.get(id))
      this.#records.add({ id, kind, name, state: 'running', detail, startedMs: job.startedMs })
    const work = () => this.#run(entry, run)
    entry.done = lane === undefined ? work() : this.#inLane(lane, work)
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

  /** Resolves with the job when it has ended, however it did. */
  whenEnded(id: string): Promise<Job> {
    return this.#find(id).done
  }

  /** Cancels one that runs; forgets one that has ended. Resolves when it has stopped. */
  async cancel(id: string): Promise<Job> {
    const entry = this.#find(id)
    if (entry.job.endedMs === null) {
      entry.abort.abort(new Failure('cancelled', 'it was cancelled'))
      return entry.done
    }
    this.#jobs.delete(id)
    return entry.job
  }

  /** Cancels all and waits for them; with a reason they are not told as cancelled by a person. */
  async close(): Promise<void> {
    for (const { job, abort } of this.#jobs.values())
      if (job.endedMs === null) abort.abort(new Failure('closed', 'the node stops'))
    await Promise.all([...this.#jobs.values()].map(({ done }) => done))
  }

  async #run(entry: { job: Job; abort: AbortController }, run: NewJob['run']): Promise<Job> {
    const { signal } = entry.abort
    const change = (change: Partial<Job>) => {
      entry.job = { ...entry.job, ...change }
      this.#onChange(entry.job)
    }
    try {
      // The caller has the job in hand before it can end.
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
      change({ state, error: describeFailure(error), bytesPerSecond: 0, endedMs: Date.now() })
    }
    // One that ends because the node does goes on at the next start.
    if ((signal.reason as { code?: unknown } | undefined)?.code !== 'closed')
      this.#records.delete(entry.job.id)
    return entry.job
  }

  #inLane(lane: string, work: () => Promise<Job>): Promise<Job> {
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const mine = before.then(work)
    this.#lanes.set(lane, mine)
    void mine.finally(() => {
      if (this.#lanes.get(lane) === mine) this.#lanes.delete(lane)
    })
    return mine
  }

  #find(id: string) {
    const entry = this.#jobs.get(id)
    if (entry) return entry
    throw new Failure('not-found', 'there is no such job: it ended long ago, or never was', { field: 'id' })
  }

  #tidy(): void {
    const ended = [...this.#jobs.values()].filter(({ job }) => job.endedMs !== null)
    for (const { job } of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#jobs.delete(job.id)
  }
}

function throttled(entry: { job: Job }, change: (change: Partial<Job>) => void): JobProgress['report'] {
  let told = { atMs: performance.now(), doneBytes: 0 }
  return ({ doneBytes, totalBytes, name }) => {
    const { job } = entry
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
