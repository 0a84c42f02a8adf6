import { Failure } from '@shoal/daemon/failure'
import type { Log } from '../../kernel/log/log.ts'
import type { QueueManager } from '../queue/queue-manager.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import { nameOf } from './torrent-log.ts'

/** How long a removed torrent can be restored. */
const UNDO_SECONDS = 30

export interface RemovalsContext {
  readonly registry: TorrentRegistry
  readonly queue: QueueManager
  readonly log: Log
  recordId(id: string): number | undefined
  /** Ends its jobs. */
  onForgetting(torrent: ManagedTorrent): Promise<void>
  /** Deletes all other stored data about it. */
  onForgotten(torrent: ManagedTorrent, recordId: number | undefined): void
}

/**
 * A removed torrent leaves the list immediately and stops; it is only forgotten after a delay, when
 * its files are also deleted if requested. A node that stops in between resumes this at the next
 * start.
 */
export class Removals {
  readonly undoSeconds = UNDO_SECONDS
  readonly #context: RemovalsContext
  readonly #timers = new Map<ManagedTorrent, NodeJS.Timeout>()
  readonly #forgetting = new Map<ManagedTorrent, Promise<void>>()
  #closed = false

  constructor(context: RemovalsContext) {
    this.#context = context
  }

  /** Finishes the removals of an earlier run. */
  start(): void {
    for (const torrent of this.#context.registry.removed()) this.#end(torrent)
  }

  async remove(torrents: readonly ManagedTorrent[], deleteData: boolean): Promise<void> {
    const { registry, log } = this.#context
    registry.changeAll(torrents, { removedMs: Date.now(), deleteData })
    for (const torrent of torrents) {
      log.info(`${nameOf(torrent)} was removed${deleteData ? ' with its files' : ''}`, {
        torrent: torrent.id,
      })
      // It may have been removed, restored and removed again, which restarts the time.
      clearTimeout(this.#timers.get(torrent))
      if (this.#closed) continue
      const timer = setTimeout(() => this.#end(torrent), UNDO_SECONDS * 1000).unref()
      this.#timers.set(torrent, timer)
    }
    await Promise.all(torrents.map(({ api }) => api.pause()))
    await this.#context.queue.apply()
  }

  /** Throws `not-found` if it was not removed or can no longer be restored. */
  get(id: string): ManagedTorrent {
    const torrent = this.#context.registry.find(id)
    if (torrent && !this.#forgetting.has(torrent)) return torrent
    throw new Failure('not-found', `${id} can no longer be restored: add it again`, { field: 'ids' })
  }

  /** Removed torrents that can be restored. */
  *restorable(): Generator<ManagedTorrent> {
    for (const torrent of this.#context.registry.removed()) if (!this.#forgetting.has(torrent)) yield torrent
  }

  /**
   * Waits until a torrent that can no longer be restored is deleted. False if it is not being
   * deleted.
   */
  async forgotten(torrent: ManagedTorrent): Promise<boolean> {
    const work = this.#forgetting.get(torrent)
    await work
    return work !== undefined
  }

  /**
   * Ends removals before their time is over. Rejects if one could not be deleted: it is retried at
   * the next start.
   */
  async finish(torrents: readonly ManagedTorrent[]): Promise<void> {
    for (const torrent of torrents) {
      clearTimeout(this.#timers.get(torrent))
      this.#end(torrent)
    }
    await Promise.all(torrents.map(torrent => this.#forgetting.get(torrent)))
    const left = torrents.find(torrent => this.#context.registry.find(torrent.id) === torrent)
    if (left?.row.removedMs)
      throw new Failure('conflict', `${left.id} could not be removed: see the log of the node`, {
        field: 'ids',
      })
  }

  /** Deletes a duplicate of another torrent immediately. Its files are kept. */
  drop(torrent: ManagedTorrent): void {
    clearTimeout(this.#timers.get(torrent))
    this.#timers.delete(torrent)
    this.#begin(torrent, false)
  }

  async restore(torrents: readonly ManagedTorrent[]): Promise<void> {
    const { registry, queue } = this.#context
    for (const torrent of torrents) {
      clearTimeout(this.#timers.get(torrent))
      this.#timers.delete(torrent)
      if (torrent.row.removedMs !== null) registry.change(torrent, { removedMs: null, deleteData: false })
    }
    await queue.apply()
  }

  /** Waits for current deletions; pending ones continue at the next start. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    await Promise.all(this.#forgetting.values())
  }

  #end(torrent: ManagedTorrent): void {
    this.#timers.delete(torrent)
    // It was added again in the meantime.
    if (torrent.row.removedMs !== null) this.#begin(torrent, torrent.row.deleteData)
  }

  #begin(torrent: ManagedTorrent, deleteData: boolean): void {
    if (this.#forgetting.has(torrent)) return
    const { log } = this.#context
    const work = this.#forget(torrent, deleteData)
      // It is retried at the next start.
      .catch(error =>
        log.error(`${nameOf(torrent)} could not be deleted from the catalogue: ${(error as Error).message}`),
      )
      .finally(() => this.#forgetting.delete(torrent))
    this.#forgetting.set(torrent, work)
  }

  async #forget(torrent: ManagedTorrent, deleteData: boolean): Promise<void> {
    const { registry, log, recordId, onForgetting, onForgotten } = this.#context
    await onForgetting(torrent)
    try {
      await torrent.api.remove({ deleteData })
    } catch (error) {
      log.warn(`${nameOf(torrent)}: not all of its files could be deleted: ${(error as Error).message}`)
    }
    const known = recordId(torrent.id)
    registry.delete(torrent)
    onForgotten(torrent, known)
  }
}
