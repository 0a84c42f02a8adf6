import { type Database, Table } from '@shoal/daemon/database'

const JOB_STATES = ['running', 'waiting', 'done', 'failed', 'cancelled'] as const

/** A job that survives a restart. The content of `detail` depends on its kind. */
export interface JobRecord {
  readonly id: string
  readonly kind: string
  /** Name for users. */
  readonly name: string
  readonly state: (typeof JOB_STATES)[number]
  readonly detail: unknown
  readonly startedMs: number
  readonly endedMs: number | null
}

/** Maximum number of stored ended jobs; the oldest are deleted first. */
const MAX_ENDED = 1000

export class JobStore {
  readonly #database: Database
  readonly #table: Table<JobRecord>

  constructor(database: Database) {
    this.#database = database
    this.#table = new Table<JobRecord>(database, 'jobs', {
      id: 'plain',
      kind: 'plain',
      name: 'plain',
      state: 'plain',
      detail: 'json',
      startedMs: 'plain',
      endedMs: 'plain',
    })
  }

  add(job: Omit<JobRecord, 'endedMs'>): void {
    this.#table.insert({ ...job, detail: job.detail ?? null })
  }

  /** Sets the state; with `endedMs`, the job has ended and old jobs are deleted. */
  update(id: string, changes: Partial<Omit<JobRecord, 'id' | 'kind'>>): boolean {
    return this.#database.transaction(() => {
      const known = this.#table.update(id, changes)
      if (known && typeof changes.endedMs === 'number') this.#bound()
      return known
    })
  }

  get(id: string): JobRecord | null {
    return this.#table.get(id)
  }

  /** Newest first. */
  all(): JobRecord[] {
    return this.#table.select('ORDER BY started_ms DESC, rowid DESC')
  }

  /** Returns the jobs that a restart interrupted. */
  unfinished(): JobRecord[] {
    return this.#table.select('WHERE ended_ms IS NULL ORDER BY started_ms, rowid')
  }

  delete(id: string): boolean {
    return this.#table.delete('WHERE id = ?', id) > 0
  }

  #bound(): void {
    this.#table.delete(
      `WHERE rowid IN (SELECT rowid FROM jobs WHERE ended_ms IS NOT NULL
       ORDER BY ended_ms DESC, rowid DESC LIMIT -1 OFFSET ${MAX_ENDED})`,
    )
  }
}
