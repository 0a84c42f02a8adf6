import type { NodeOperations } from '@shoal/api'
import { atEntry } from '@shoal/api/issues'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { Log } from '@shoal/node/node/kernel/log/log.ts'
import { type Clock, delay } from '@shoal/torrent'
import type { Route } from '@shoal/torrent/route'
import type { FeedFilter } from '../schemas.ts'
import { matchTitles } from './feed-filter.ts'
import type { FeedItemRecord, FeedRecord, FeedStore } from './feed-store.ts'
import { fetchFeed } from './fetch-feed.ts'
import { parseFeed } from './parse-feed.ts'

/** Maximum attempts to add an item. */
const MAX_ATTEMPTS = 5
const MAX_WAIT_MS = 24 * 60 * 60_000
/**
 * Number of items to which a changed filter is applied: the maximum that the catalogue returns at
 * once.
 */
const MAX_ITEMS = 1000

export interface FeedDeps {
  readonly clock: Clock
  readonly log: Log
  readonly userAgent: string
  /** The route to the servers. Default: the system's. */
  readonly route?: Route | null
  readonly store: Pick<
    FeedStore,
    'add' | 'update' | 'get' | 'find' | 'all' | 'delete' | 'see' | 'items' | 'countItems' | 'take'
  >
  readonly operations: Pick<NodeOperations, 'addTorrent'>
  /** Called when a feed or its items have changed, with its ID in the API. */
  onChanged(id: string): void
}

/** Reads one feed regularly, and adds the items that its filters match. */
export class FeedReader {
  readonly #id: number
  readonly #deps: FeedDeps
  readonly #stop = new AbortController()
  /** Failed attempts to add items. */
  readonly #attempts = new Map<number, number>()
  #faults = 0
  #last: Promise<unknown> = Promise.resolve()
  #refreshing: Promise<void> | null = null
  #restart = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(id: number, deps: FeedDeps) {
    this.#id = id
    this.#deps = deps
  }

  start(): void {
    this.#running = this.#run().catch(() => {})
  }

  /** Called after its interval was changed. */
  reschedule(): void {
    this.#restart.abort()
    this.#restart = new AbortController()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
    await this.#last
  }

  /**
   * Reads it now; a call during a read waits for that. Never rejects: the feed's error is recorded
   * in it.
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(() => this.#refresh()).finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  /** Adds the known items that the changed filters match. */
  refilter(): Promise<void> {
    return this.#inTurn(async () => {
      const feed = this.#feed
      if (feed) await this.#takeWanted(feed, this.#deps.store.items(this.#id, MAX_ITEMS))
    })
  }

  get #feed(): FeedRecord | null {
    return this.#stop.signal.aborted ? null : this.#deps.store.get(this.#id)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    for (;;) {
      const restart = AbortSignal.any([signal, this.#restart.signal])
      const isDue = await delay(this.#deps.clock, this.#waitMs(), restart).then(
        () => true,
        () => false,
      )
      signal.throwIfAborted()
      if (isDue) await this.refresh()
    }
  }

  /** Doubled after each failure, up to a day. */
  #waitMs(): number {
    const feed = this.#feed
    if (!feed) return MAX_WAIT_MS
    const everyMs = feed.everyMinutes * 60_000
    if (this.#faults > 0) return Math.min(everyMs * 2 ** this.#faults, Math.max(everyMs, MAX_WAIT_MS))
    if (feed.fetchedMs === null) return 0
    return Math.min(everyMs, Math.max(0, feed.fetchedMs + everyMs - this.#deps.clock.unixMs()))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work).catch(error => {
      if (this.#stop.signal.aborted) return
      this.#deps.log.error(`a feed could not be read: ${describeFailure(error).message}`)
    })
    this.#last = mine
    return mine
  }

  async #refresh(): Promise<void> {
    const { store, clock, log, userAgent, route = null, onChanged } = this.#deps
    const { signal } = this.#stop
    const feed = this.#feed
    if (!feed) return
    try {
      const url = new URL(feed.url)
      const fetched = await fetchFeed(url, feed, { userAgent, signal, route })
      const nowMs = clock.unixMs()
      const { title, items } = fetched
        ? parseFeed(fetched.text, fetched.url, fetched.isFromInside)
        : { title: '', items: [] }
      // Before the items are stored, so that an external feed cannot make links into the local
      // network be followed.
      if (fetched) store.update(feed.id, { isFromInside: fetched.isFromInside })
      const fresh = fetched ? store.see(feed.id, nowMs, items) : []
      const version = fetched && { etag: fetched.etag, lastModified: fetched.lastModified }
      store.update(feed.id, { ...version, ...(title && { title }), fetchedMs: nowMs, error: null })
      this.#faults = 0
      await this.#takeWanted(feed, [...fresh, ...this.#failed()])
    } catch (error) {
      if (signal.aborted) return
      this.#faults++
      const { message } = describeFailure(error)
      store.update(feed.id, { error: message })
      log.warn(`the feed ${feed.title}: ${message}`)
    }
    onChanged(String(this.#id))
  }

  #failed(): FeedItemRecord[] {
    if (this.#attempts.size === 0) return []
    return this.#deps.store.items(this.#id, MAX_ITEMS).filter(({ id }) => this.#attempts.has(id))
  }

  async #takeWanted(feed: FeedRecord, items: readonly FeedItemRecord[]): Promise<void> {
    const wanted = items.filter(({ taken }) => !taken)
    for (const [filter, item] of await this.#chosen(feed, wanted)) {
      if (this.#stop.signal.aborted) return
      await this.#take(feed, filter, item)
    }
    this.#deps.onChanged(String(this.#id))
  }

  /**
   * Returns items with the first filter that matches each. A filter that takes too long is skipped,
   * and reported.
   */
  async #chosen(
    feed: FeedRecord,
    items: readonly FeedItemRecord[],
  ): Promise<(readonly [FeedFilter, FeedItemRecord])[]> {
    const { store, log } = this.#deps
    const filters = feed.filters as readonly FeedFilter[]
    const titles = items.map(({ title }) => title)
    const chosen = new Map<FeedItemRecord, FeedFilter>()
    for (const [index, matches] of (
      await matchTitles(filters, titles, { signal: this.#stop.signal })
    ).entries()) {
      if (matches instanceof Failure) {
        const error = atEntry(['filters', index], undefined, matches.message)
        store.update(feed.id, { error })
        log.warn(`the feed ${feed.title}: ${error}`)
        continue
      }
      for (const at of matches) if (!chosen.has(items[at]!)) chosen.set(items[at]!, filters[index]!)
    }
    return items.flatMap(item => {
      const filter = chosen.get(item)
      return filter ? [[filter, item] as const] : []
    })
  }

  async #take(feed: FeedRecord, filter: FeedFilter, item: FeedItemRecord): Promise<void> {
    const { operations, store, log } = this.#deps
    const { label, directory, paused } = filter
    try {
      await operations.addTorrent(
        {
          source: item.source,
          ...(label !== null && { label }),
          ...(directory !== null && { directory }),
          ...(paused && { paused }),
        },
        { signal: this.#stop.signal },
      )
      store.take(item.id)
      this.#attempts.delete(item.id)
      log.info(`${item.title} was added from the feed ${feed.title}`)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const attempts = (this.#attempts.get(item.id) ?? 0) + 1
      if (attempts < MAX_ATTEMPTS) this.#attempts.set(item.id, attempts)
      else this.#attempts.delete(item.id)
      const rule = feed.filters.indexOf(filter) + 1
      log.warn(
        `${item.title} of the feed ${feed.title}, which filter ${rule} chose, could not be added: ${describeFailure(error).message}`,
      )
    }
  }
}
