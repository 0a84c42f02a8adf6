import { randomUUID } from 'node:crypto'
import type { CheckedInputOf, SearchProgress } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { Clock } from '@shoal/torrent'
import type { SearchRun, SearchRunOptions } from './search-run.ts'

/** Searches whose rows are kept. Those that are done give way to new ones. */
const MAX_SEARCHES = 10
/** A search that nobody reads for so long ends. */
const UNREAD_MS = 60_000
const MAX_WAIT_MS = 20_000

interface Kept {
  readonly run: SearchRun
  readMs: number
  /** Readers that wait. */
  readers: number
  cancel: () => void
}

export interface SearchesOptions extends Omit<SearchRunOptions, 'id' | 'input'> {
  readonly clock: Clock
}

/** The searches of all clients. */
export class Searches {
  readonly #options: SearchesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: SearchesOptions) {
    this.#options = options
  }

  /** Rejects with `too-many-requests` while as many as are possible are running. */
  async start(input: CheckedInputOf<'startSearch'>): Promise<SearchProgress> {
    const { SearchRun } = await import('./search-run.ts')
    this.#makeRoom()
    const run = new SearchRun({ ...this.#options, id: randomUUID(), input })
    const kept: Kept = { run, readMs: 0, readers: 0, cancel: () => {} }
    this.#kept.set(run.id, kept)
    this.#touch(kept)
    return run.progress(0)
  }

  /** Waits up to 20 s until there is something newer than `since`. Rejects with `not-found`. */
  async read(id: string, since: number, signal?: AbortSignal): Promise<SearchProgress> {
    const kept = this.#get(id)
    this.#touch(kept)
    kept.readers++
    const limit = AbortSignal.timeout(MAX_WAIT_MS)
    await kept.run.changed(since, signal ? AbortSignal.any([signal, limit]) : limit)
    kept.readers--
    signal?.throwIfAborted()
    this.#touch(this.#get(id))
    return kept.run.progress(since)
  }

  /** Looks for seeds of rows. Throws `not-found`. */
  probe(id: string, rows: readonly string[]): void {
    this.#get(id).run.probe(rows)
  }

  /** The user blocked or unblocked a publisher. */
  onBlocked(): void {
    for (const { run } of this.#kept.values()) run.update()
  }

  /** Ends a search, if it is there. */
  end(id: string): void {
    const kept = this.#kept.get(id)
    kept?.cancel()
    kept?.run.end()
    this.#kept.delete(id)
  }

  close(): void {
    for (const id of [...this.#kept.keys()]) this.end(id)
  }

  #get(id: string): Kept {
    const kept = this.#kept.get(id)
    if (kept) return kept
    throw new Failure('not-found', 'this search has ended: search again', { field: 'id' })
  }

  #makeRoom(): void {
    if (this.#kept.size < MAX_SEARCHES) return
    const idle = [...this.#kept.values()].filter(({ run, readers }) => run.isDone && readers === 0)
    const [oldest] = idle.sort((a, b) => a.readMs - b.readMs)
    if (!oldest)
      throw new Failure('too-many-requests', `${MAX_SEARCHES} searches are running: wait until one is done`)
    this.end(oldest.run.id)
  }

  #touch(kept: Kept): void {
    const { clock } = this.#options
    kept.readMs = clock.nowMs()
    kept.cancel()
    kept.cancel = clock.after(UNREAD_MS, () => this.end(kept.run.id))
  }
}
