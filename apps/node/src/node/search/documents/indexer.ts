/**
 * Keeps the search index up to date with the catalogue, in the background: names of torrents and
 * files at once, documents one at a time. Tasks are stored in the catalogue and deleted when their
 * result is durable in the index, so that a restart continues where the last run ended.
 *
 * The node calls `torrentChanged` when a torrent was added, was renamed or its files became known
 * (after `files.replace`), `torrentCompleted` when it has all wanted files, `torrentRemoved` when
 * it is deleted permanently.
 */

import { isDamage } from '@shoal/daemon/database'
import type { IndexTask } from '../index-queue.ts'
import { IndexTasks, type SearchData, type TaskOptions } from './index-tasks.ts'

export interface IndexerOptions extends TaskOptions {
  /**
   * Returns whether something more important is running, such as transfers: documents then get a
   * tenth of one core's time, otherwise half.
   */
  isBusy?(): boolean
  /**
   * Called when the index cannot be written, for instance because the disk is full; it is retried.
   * Null: it works again.
   */
  onProblem?(message: string | null): void
}

export interface IndexProgress {
  /** Waiting tasks: a torrent's names, or a document each. */
  readonly waiting: number
  /** Documents indexed since the start. */
  readonly indexed: number
  /** Documents since the start that could not be read. */
  readonly unreadable: number
  /** The document that is being read. */
  readonly current: { readonly torrentId: number; readonly file: number } | null
  readonly paused: boolean
}

/** The pause after a document, as a multiple of the time that it took. */
const REST = { idle: 1, busy: 9 }
const MAX_REST_MS = 30_000
const RETRY_MS = 30_000
export class Indexer {
  readonly #options: IndexerOptions
  readonly #data: SearchData
  readonly #closing = new AbortController()
  readonly #tasks: IndexTasks
  readonly #run: Promise<void>
  #wake: () => void = () => {}
  #paused = false
  #problem: string | null = null
  /**
   * Whether it was recently rebuilt: if it is damaged again, the fault is the disk, not the index.
   */
  #wasDamaged = false
  #whenIdle: (() => void)[] = []
  #isIdle = false
  /** Whether the index is the one that the queue belongs to. */
  #isFresh = false

  constructor(options: IndexerOptions) {
    this.#options = options
    this.#data = options.data
    this.#tasks = new IndexTasks(options, this.#closing.signal)
    this.#data.index.onDiscard = () => {
      this.#isFresh = false
      this.#wake()
    }
    this.#run = this.#work()
  }

  get progress(): IndexProgress {
    return {
      waiting: this.#data.indexQueue.count(),
      indexed: this.#tasks.indexed,
      unreadable: this.#tasks.unreadable,
      current: this.#tasks.current,
      paused: this.#paused,
    }
  }

  torrentChanged(torrentId: number): void {
    this.#add(() => this.#data.indexQueue.add(torrentId, 'names'))
  }

  /** Also called when further wanted files are complete: its documents are read again. */
  torrentCompleted(torrentId: number): void {
    this.#add(() => {
      this.#data.indexQueue.add(torrentId, 'names')
      this.#data.indexQueue.add(torrentId, 'documents')
    })
  }

  torrentRemoved(torrentId: number): void {
    this.#add(() => this.#data.indexQueue.add(torrentId, 'forget'))
  }

  /** Finishes the current task. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wake()
  }

  /** Resolves when there is nothing to do. */
  async idle(): Promise<void> {
    if (this.#isIdle && this.#isFresh && this.#data.indexQueue.count() === 0) return
    await new Promise<void>(resolve => this.#whenIdle.push(resolve))
  }

  /**
   * Stops the current task, which runs again after the next start. Close it before the catalogue.
   * Idempotent.
   */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#data.index.onDiscard = () => {}
    this.#wake()
    await this.#tasks.close()
    await this.#run
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  #add(work: () => void): void {
    this.#isIdle = false
    this.#data.transaction(work)
    this.#wake()
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted)
      try {
        if (!this.#isFresh) await this.#checkGeneration()
        const task = this.#paused ? null : this.#data.indexQueue.next()
        if (task) await this.#do(task)
        else await this.#rest()
        this.#report(null)
        this.#wasDamaged = false
      } catch (error) {
        if (signal.aborted) return
        await this.#afterFailure(error)
      }
  }

  async #afterFailure(error: unknown): Promise<void> {
    this.#isFresh = false
    if (isDamage(error) && !this.#wasDamaged) {
      this.#wasDamaged = true
      await this.#data.index.discard()
      return
    }
    this.#report(error instanceof Error ? error.message : String(error))
    await this.#sleep(RETRY_MS)
  }

  /** Queues everything for an index that is new or was rebuilt. */
  async #checkGeneration(): Promise<void> {
    const { index, indexQueue, torrents } = this.#data
    this.#isFresh = true
    this.#isIdle = false
    const generation = await index.generation()
    if (generation === indexQueue.generation) return
    const isFirst = indexQueue.generation === null
    this.#data.transaction(() => {
      for (const { id, completedMs } of torrents.all()) {
        indexQueue.add(id, 'names')
        if (completedMs !== null) indexQueue.add(id, 'documents')
      }
      indexQueue.generation = generation
    })
    if (!isFirst) this.#options.onNotice?.('The search index was rebuilt: indexing everything again')
  }

  async #do(task: IndexTask): Promise<void> {
    const beginMs = performance.now()
    await this.#tasks.run(task)
    if (this.#closing.signal.aborted) return
    this.#data.indexQueue.delete(task.id)
    if (task.task === 'document') await this.#yield(performance.now() - beginMs)
  }

  async #yield(spentMs: number): Promise<void> {
    const share = this.#options.isBusy?.() ? REST.busy : REST.idle
    await this.#sleep(Math.min(MAX_REST_MS, spentMs * share))
  }

  async #rest(): Promise<void> {
    if (await this.#tasks.tidy()) return
    if (!this.#paused && this.#isFresh) {
      this.#isIdle = true
      for (const resolve of this.#whenIdle.splice(0)) resolve()
    }
    if (this.#isFresh) await this.#sleep(null)
  }

  /**
   * Sleeps; null: until something happens. A new task also ends the wait, so that names need not
   * wait for documents.
   */
  async #sleep(ms: number | null): Promise<void> {
    if (this.#closing.signal.aborted) return
    await new Promise<void>(resolve => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => {}
  }

  #report(problem: string | null): void {
    if (problem === this.#problem) return
    this.#problem = problem
    this.#options.onProblem?.(problem)
  }
}
