import { randomUUID } from 'node:crypto'
import type { CheckedInputOf, EventOf, SearchProgress, Topic } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { SearchRun, SearchRunOptions } from './search-run.ts'

/** Maximum number of searches whose rows are kept. Finished ones are dropped first. */
const MAX_SEARCHES = 10
/** A search without readers or listeners ends after this time. */
const UNREAD_MS = 60_000
/** Changes within this time are combined into one event. */
const EVENT_EVERY_MS = 100

interface Kept {
  readonly run: SearchRun
  readMs: number
  isHeard: boolean
  /** The revision of the last event. */
  toldRevision: number
  toldMs: number
  /** Cancels the scheduled event; null if there is none. */
  cancelEvent: (() => void) | null
  cancelEnd: () => void
}

export interface SearchesOptions extends Omit<SearchRunOptions, 'id' | 'input' | 'onChanged'> {
  publish(topic: Topic, event: EventOf<'search'>): void
}

/** The searches of all clients. */
export class Searches {
  readonly #options: SearchesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: SearchesOptions) {
    this.#options = options
  }

  /** Rejects with `too-many-requests` while the maximum number of searches is running. */
  async start(input: CheckedInputOf<'startSearch'>): Promise<SearchProgress> {
    const { SearchRun } = await import('./search-run.ts')
    this.#makeRoom()
    const id = randomUUID()
    const onChanged = () => {
      const kept = this.#kept.get(id)
      if (kept) this.#tell(kept)
    }
    const run = new SearchRun({ ...this.#options, id, input, onChanged })
    const kept: Kept = {
      ...{ run, readMs: 0, isHeard: false, toldRevision: 0, toldMs: 0 },
      ...{ cancelEvent: null, cancelEnd: () => {} },
    }
    this.#kept.set(id, kept)
    this.#touch(kept)
    return run.progress(0)
  }

  /**
   * Returns the progress of a search, with the rows changed since a revision. Throws `not-found`.
   */
  read(id: string, since: number): SearchProgress {
    const kept = this.#get(id)
    this.#touch(kept)
    return kept.run.progress(since)
  }

  /**
   * Publishes everything found so far and then each change, until the returned function is called.
   * Throws `not-found`.
   */
  watch(id: string): () => void {
    const kept = this.#get(id)
    kept.isHeard = true
    kept.toldRevision = 0
    this.#touch(kept)
    // The listener is registered by the end of this event-loop turn.
    this.#tell(kept)
    return () => {
      kept.isHeard = false
      if (this.#kept.has(id)) this.#touch(kept)
    }
  }

  /** Counts the seeds of rows. Throws `not-found`. */
  probe(id: string, rows: readonly string[]): void {
    this.#get(id).run.probe(rows)
  }

  /** Call it when the user has blocked or unblocked a publisher. */
  onBlocked(): void {
    for (const { run } of this.#kept.values()) run.update()
  }

  /** Ends a search if it exists. */
  end(id: string): void {
    const kept = this.#kept.get(id)
    if (!kept) return
    this.#kept.delete(id)
    kept.cancelEnd()
    kept.cancelEvent?.()
    kept.run.end()
  }

  close(): void {
    for (const id of [...this.#kept.keys()]) this.end(id)
  }

  #tell(kept: Kept): void {
    if (!kept.isHeard || kept.cancelEvent) return
    const { clock } = this.#options
    const waitMs = Math.max(0, kept.toldMs + EVENT_EVERY_MS - clock.nowMs())
    kept.cancelEvent = clock.after(waitMs, () => {
      kept.cancelEvent = null
      this.#publish(kept)
    })
  }

  #publish(kept: Kept): void {
    const { run, toldRevision: after } = kept
    if (!kept.isHeard || run.revision <= after) return
    const progress = run.progress(after)
    kept.toldRevision = progress.revision
    kept.toldMs = this.#options.clock.nowMs()
    this.#options.publish(`search:${run.id}`, { type: 'search', after, ...progress })
  }

  #get(id: string): Kept {
    const kept = this.#kept.get(id)
    if (kept) return kept
    throw new Failure('not-found', 'this search has ended: search again', { field: 'id' })
  }

  #makeRoom(): void {
    if (this.#kept.size < MAX_SEARCHES) return
    const done = [...this.#kept.values()].filter(({ run }) => run.isDone)
    const [oldest] = done.sort((a, b) => Number(a.isHeard) - Number(b.isHeard) || a.readMs - b.readMs)
    if (!oldest)
      throw new Failure('too-many-requests', `${MAX_SEARCHES} searches are running: wait until one is done`)
    this.end(oldest.run.id)
  }

  /** Postpones the end of a search. A search with a listener does not end. */
  #touch(kept: Kept): void {
    const { clock } = this.#options
    kept.readMs = clock.nowMs()
    kept.cancelEnd()
    kept.cancelEnd = kept.isHeard ? () => {} : clock.after(UNREAD_MS, () => this.end(kept.run.id))
  }
}
