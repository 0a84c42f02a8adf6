import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import { byQueue } from './queue-manager.ts'

/** Positions of incomplete torrents in the queue, computed when they are needed. */
export class QueueOrder {
  readonly #registry: TorrentRegistry
  /** The queue in order; null until it is needed. */
  #waiting: ManagedTorrent[] | null = null
  /** Positions in the queue, from 1; null until many are needed. */
  #positions: Map<ManagedTorrent, number> | null = null

  constructor(registry: TorrentRegistry) {
    this.#registry = registry
  }

  /** Sorts again when positions are needed. */
  invalidate(): void {
    this.#waiting = null
    this.#positions = null
  }

  /**
   * An added or removed torrent does not change the order of the others, so thousands that are
   * added one by one need not be sorted each time.
   */
  update(torrent: ManagedTorrent): void {
    this.#positions = null
    const waiting = this.#waiting
    if (!waiting) return
    const at = waiting.indexOf(torrent)
    const waits = this.#registry.isListed(torrent) && !torrent.isComplete
    if (at >= 0 && !waits) waiting.splice(at, 1)
    else if (at < 0 && waits)
      waiting.splice(waiting.findLastIndex(each => byQueue(each, torrent) <= 0) + 1, 0, torrent)
    else if (waits) this.#waiting = null
  }

  /** From 1; null if the torrent is not in the queue. */
  position(torrent: ManagedTorrent): number | null {
    if (this.#positions) return this.#positions.get(torrent) ?? null
    const at = this.#queue.indexOf(torrent)
    return at < 0 ? null : at + 1
  }

  /** Call it before many positions are read. */
  locateAll(): void {
    this.#positions ??= new Map(this.#queue.map((torrent, at) => [torrent, at + 1]))
  }

  get #queue(): readonly ManagedTorrent[] {
    this.#waiting ??= [...this.#registry.listed()].filter(torrent => !torrent.isComplete).sort(byQueue)
    return this.#waiting
  }
}
