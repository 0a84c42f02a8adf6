import type { Clock } from '../../base/clock.ts'

/** A torrent that takes turns in an AnnounceQueue. */
export interface QueueItem {
  /** Searches for peers and announces. Resolves when done; never rejects. */
  run(): Promise<void>
  /** Whether it searches for peers rather than only announcing. Such items are run more often. */
  readonly searching: boolean
  /**
   * When its last run began, in monotonic milliseconds; -Infinity at first. Written by the queue.
   */
  lastRunMs: number
}

export interface AnnounceQueueOptions {
  readonly clock: Clock
  /**
   * Returns true if there are nodes to query. Nothing runs while there are none; call `wake` when
   * that changes.
   */
  ready(): boolean
  /** Concurrent lookups. Default 4. */
  readonly parallel?: number
  /**
   * Time between the starts of two lookups, each of which sends about 30 datagrams. Default 250.
   */
  readonly spacingMs?: number
  /**
   * Time until an item is run again, if it is searching and if not. Default 5 and 15 minutes;
   * nodes forget peers after 30.
   */
  readonly searchingMs?: number
  readonly announcingMs?: number
}

/** Minimum time between two runs of an item. */
const MIN_AGAIN_MS = 60_000

interface Lane {
  /**
   * Due times. Since all items of a lane wait equally long, insertion order is the order of time.
   */
  readonly items: Map<QueueItem, number>
  readonly waitMs: number
}

/**
 * Gives turns to any number of torrents in one DHT, with one timer and a bounded rate of lookups:
 * ten thousand torrents do not flood the network but are run less often. New items that search go
 * first, but every second turn belongs to the others.
 */
export class AnnounceQueue {
  readonly #options: AnnounceQueueOptions
  readonly #parallel: number
  readonly #spacingMs: number
  readonly #urgent: Lane = { items: new Map(), waitMs: 0 }
  readonly #fresh: Lane = { items: new Map(), waitMs: 0 }
  readonly #searching: Lane
  readonly #announcing: Lane
  /** Running items, and whether to queue them again afterwards. */
  readonly #running = new Map<QueueItem, boolean>()
  #cancel: (() => void) | undefined
  #nextStartMs = 0
  #urgentTurn = true
  #closed = false

  constructor(options: AnnounceQueueOptions) {
    this.#options = options
    this.#parallel = options.parallel ?? 4
    this.#spacingMs = options.spacingMs ?? 250
    this.#searching = { items: new Map(), waitMs: options.searchingMs ?? 5 * 60_000 }
    this.#announcing = { items: new Map(), waitMs: options.announcingMs ?? 15 * 60_000 }
  }

  /** Adds an item, which is run as soon as there is room. */
  add(item: QueueItem): void {
    // Items that only announce are due at once too, but are not placed at the front of the queue.
    this.#put(item.searching ? this.#urgent : this.#fresh, item)
    this.wake()
  }

  /** Runs the item next, unless it was run in the last minute. */
  expedite(item: QueueItem): void {
    const waits = [this.#fresh, this.#searching, this.#announcing].some(lane => lane.items.has(item))
    if (!waits || this.#options.clock.nowMs() - item.lastRunMs < MIN_AGAIN_MS) return
    this.#forget(item)
    this.#put(this.#urgent, item)
    this.wake()
  }

  /** Removes the item from the queue. A run in progress continues. */
  remove(item: QueueItem): void {
    this.#forget(item)
    if (this.#running.has(item)) this.#running.set(item, false)
  }

  /** Returns when the item is due, in monotonic milliseconds, or undefined while it is running. */
  dueMs(item: QueueItem): number | undefined {
    for (const { items } of this.#lanes) {
      const due = items.get(item)
      if (due !== undefined) return due
    }
    return undefined
  }

  /** Starts what can run now. */
  wake(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#closed || this.#running.size >= this.#parallel || !this.#options.ready()) return
    const now = this.#options.clock.nowMs()
    const item = this.#nextStartMs > now ? undefined : this.#take(now)
    if (item) {
      this.#nextStartMs = now + this.#spacingMs
      this.#start(item)
    }
    const atMs = Math.max(this.#nextStartMs, this.#earliestMs())
    if (atMs < Infinity && this.#running.size < this.#parallel) {
      this.#cancel = this.#options.clock.after(atMs - now, () => this.wake())
    }
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    for (const { items } of this.#lanes) items.clear()
  }

  get #lanes(): Lane[] {
    return [this.#urgent, this.#fresh, this.#searching, this.#announcing]
  }

  #start(item: QueueItem): void {
    item.lastRunMs = this.#options.clock.nowMs()
    this.#running.set(item, true)
    item.run().finally(() => {
      const wanted = this.#running.get(item)
      this.#running.delete(item)
      if (wanted && !this.#closed) {
        this.#put(item.searching ? this.#searching : this.#announcing, item)
      }
      this.wake()
    })
  }

  #take(now: number): QueueItem | undefined {
    const others = [this.#fresh, this.#searching, this.#announcing].sort(
      (a, b) => firstDueMs(a) - firstDueMs(b),
    )
    const order = this.#urgentTurn ? [this.#urgent, ...others] : [...others, this.#urgent]
    const lane = order.find(({ items }) => items.size > 0 && items.values().next().value! <= now)
    if (!lane) return undefined
    this.#urgentTurn = lane !== this.#urgent
    const item = lane.items.keys().next().value!
    lane.items.delete(item)
    return item
  }

  #earliestMs(): number {
    return Math.min(...this.#lanes.map(firstDueMs))
  }

  #put(lane: Lane, item: QueueItem): void {
    lane.items.set(item, this.#options.clock.nowMs() + lane.waitMs)
  }

  #forget(item: QueueItem): void {
    for (const { items } of this.#lanes) items.delete(item)
  }
}

function firstDueMs({ items }: Lane): number {
  return items.values().next().value ?? Infinity
}
