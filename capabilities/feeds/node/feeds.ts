import type { CheckedInputOf, Implemented } from '@shoal/api'
import { whyOf } from '@shoal/api/reasons'
import { Failure } from '@shoal/daemon/failure'
import type { FEEDS } from '../contract.ts'
import type { Feed, FeedFilter, FeedItem } from '../schemas.ts'
import { checkFilter } from './feed-filter.ts'
import { type FeedDeps, FeedReader } from './feed-reader.ts'
import type { FeedItemRecord, FeedRecord } from './feed-store.ts'

const MAX_FEEDS = 500

/** The feeds of the node. */
export class Feeds {
  readonly #deps: FeedDeps
  readonly #readers = new Map<number, FeedReader>()
  readonly #closing = new Set<Promise<void>>()

  constructor(deps: FeedDeps) {
    this.#deps = deps
  }

  start(): void {
    for (const { id } of this.#deps.store.all()) this.#follow(id)
  }

  async close(): Promise<void> {
    for (const id of this.#readers.keys()) this.#unfollow(id)
    await Promise.all(this.#closing)
  }

  /** The node's operations: they need no `this`. */
  readonly operations: Implemented<typeof FEEDS> = {
    listFeeds: async () => ({ items: this.#deps.store.all().map(feedView) }),
    addFeed: async input => this.#add(input),
    updateFeed: async input => this.#update(input),
    removeFeed: async ({ id }) => this.#remove(id),
    refreshFeed: async ({ id }) => {
      const feed = this.#find(id)
      await this.#readers.get(feed.id)?.refresh()
      return feedView(this.#find(id))
    },
    listFeedItems: async input => this.#items(input),
  }

  #add({ url, everyMinutes, filters }: CheckedInputOf<'addFeed'>): Feed {
    const { store } = this.#deps
    const known = store.find(url)
    if (known) return feedView(known)
    checkFilters(filters, shortUrl(url))
    if (store.all().length >= MAX_FEEDS)
      throw new Failure('bad-request', `a node follows at most ${MAX_FEEDS} feeds: remove some first`, {
        field: 'url',
      })
    const feed = store.add({ url, title: shortUrl(url), everyMinutes, filters })
    this.#follow(feed.id)
    this.#deps.onChanged(String(feed.id))
    return feedView(feed)
  }

  #update({ id, everyMinutes, filters }: CheckedInputOf<'updateFeed'>): Feed {
    const feed = this.#find(id)
    if (filters) checkFilters(filters, feed.title)
    this.#deps.store.update(feed.id, { ...(everyMinutes && { everyMinutes }), ...(filters && { filters }) })
    const reader = this.#readers.get(feed.id)
    if (everyMinutes) reader?.reschedule()
    // Not awaited: it may add a hundred torrents.
    if (filters) void reader?.refilter()
    this.#deps.onChanged(String(feed.id))
    return feedView(this.#find(id))
  }

  #remove(id: string): Record<string, never> {
    const feed = this.#find(id)
    this.#unfollow(feed.id)
    this.#deps.store.delete(feed.id)
    this.#deps.onChanged(String(feed.id))
    return {}
  }

  #items({ id, cursor, limit }: CheckedInputOf<'listFeedItems'>) {
    const feed = this.#find(id)
    const { store } = this.#deps
    if (cursor !== undefined && !/^\d{1,6}$/.test(cursor))
      throw new Failure('bad-request', 'this cursor is not valid: use `next` of the previous page', {
        field: 'cursor',
      })
    const offset = Number(cursor ?? 0)
    const total = store.countItems(feed.id)
    const items = store.items(feed.id, limit, offset)
    const end = offset + items.length
    return { items: items.map(itemView), next: items.length > 0 && end < total ? String(end) : null, total }
  }

  #find(id: string): FeedRecord {
    const feed = /^\d{1,15}$/.test(id) ? this.#deps.store.get(Number(id)) : null
    if (feed) return feed
    throw new Failure('not-found', 'there is no such feed: it may have been removed', { field: 'id' })
  }

  #follow(id: number): void {
    const reader = new FeedReader(id, this.#deps)
    this.#readers.set(id, reader)
    reader.start()
  }

  #unfollow(id: number): void {
    const closed = this.#readers.get(id)?.close()
    this.#readers.delete(id)
    if (!closed) return
    this.#closing.add(closed)
    void closed.finally(() => this.#closing.delete(closed))
  }
}

/** Throws `bad-request` that names the feed, the filter and its member. */
function checkFilters(filters: readonly FeedFilter[], title: string): void {
  try {
    for (const [at, filter] of filters.entries()) checkFilter(filter, `filters.${at}`)
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
    const { code, message, field } = cause
    throw new Failure(code, `${title}: ${message}`, { cause, ...(field !== undefined && { field }) })
  }
}

/**
 * Returns the title of a feed until it has been read: its URL without the scheme, and without the
 * query, which may contain a key.
 */
function shortUrl(url: string): string {
  const { host, pathname } = new URL(url)
  return host + pathname.replace(/\/$/, '')
}

function feedView({ id, url, title, everyMinutes, filters, fetchedMs, error }: FeedRecord): Feed {
  return {
    ...{ id: String(id), url, title, everyMinutes, filters: filters as FeedFilter[], fetchedMs, error },
    ...whyOf(error),
  }
}

function itemView({ id, title, source, publishedMs, taken }: FeedItemRecord): FeedItem {
  return { id: String(id), title, source, publishedMs, taken }
}
