import { type Database, type Query, Table } from '@shoal/daemon/database'

/** An RSS or Atom feed. Its filters are stored as the node's JSON. */
export interface FeedRecord {
  readonly id: number
  readonly url: string
  readonly title: string
  readonly everyMinutes: number
  readonly filters: readonly unknown[]
  readonly fetchedMs: number | null
  /** Why the last fetch failed. */
  readonly error: string | null
  /** Validator of the last fetched version, for conditional requests. */
  readonly etag: string | null
  readonly lastModified: string | null
  /** Whether its server was in the local network when the feed was last read. */
  readonly isFromInside: boolean
}

/** An item seen in a feed. */
export interface FeedItemRecord {
  readonly id: number
  readonly feedId: number
  /** Unique within the feed. */
  readonly guid: string
  readonly title: string
  readonly source: string
  readonly publishedMs: number | null
  readonly seenMs: number
  /** It was added, by a filter or by hand. */
  readonly taken: boolean
}

/**
 * Maximum number of stored items per feed; those missing from the feed for the longest time are
 * deleted first.
 */
const MAX_ITEMS = 2000

export class FeedStore {
  readonly #database: Database
  readonly #feeds: Table<FeedRecord>
  readonly #items: Table<FeedItemRecord>
  readonly #takeSource: Query<never>
  readonly #feedsOf: Query<{ inside: number }>

  constructor(database: Database) {
    this.#database = database
    this.#feeds = new Table<FeedRecord>(database, 'feeds', {
      id: 'plain',
      url: 'plain',
      title: 'plain',
      everyMinutes: 'plain',
      filters: 'json',
      fetchedMs: 'plain',
      error: 'plain',
      etag: 'plain',
      lastModified: 'plain',
      isFromInside: 'boolean',
    })
    this.#items = new Table<FeedItemRecord>(database, 'feed_items', {
      id: 'plain',
      feedId: 'plain',
      guid: 'plain',
      title: 'plain',
      source: 'plain',
      publishedMs: 'plain',
      seenMs: 'plain',
      taken: 'boolean',
    })
    this.#takeSource = database.prepare('UPDATE feed_items SET taken = 1 WHERE source = ? AND NOT taken')
    this.#feedsOf = database.prepare(
      'SELECT is_from_inside AS inside FROM feed_items JOIN feeds ON feeds.id = feed_id WHERE source = ?',
    )
  }

  /** Throws an SQLite error if the URL exists: call `find` first. */
  add(feed: Pick<FeedRecord, 'url' | 'title' | 'everyMinutes' | 'filters'>): FeedRecord {
    return this.#feeds.get(this.#feeds.insert(feed))!
  }

  update(id: number, changes: Partial<Omit<FeedRecord, 'id'>>): boolean {
    return this.#feeds.update(id, changes)
  }

  get(id: number): FeedRecord | null {
    return this.#feeds.get(id)
  }

  find(url: string): FeedRecord | null {
    return this.#feeds.select('WHERE url = ?', url)[0] ?? null
  }

  all(): FeedRecord[] {
    return this.#feeds.select('ORDER BY id')
  }

  /** Deletes the feed and its items. */
  delete(id: number): boolean {
    return this.#feeds.delete('WHERE id = ?', id) > 0
  }

  /** Records the current items of the feed. Returns new ones in the given order. */
  see(
    feedId: number,
    nowMs: number,
    items: readonly Pick<FeedItemRecord, 'guid' | 'title' | 'source' | 'publishedMs'>[],
  ): FeedItemRecord[] {
    return this.#database.transaction(() => {
      const fresh: FeedItemRecord[] = []
      for (const item of items) {
        const known = this.#items.select('WHERE feed_id = ? AND guid = ?', feedId, item.guid)[0]
        if (known) this.#items.update(known.id, { ...item, seenMs: nowMs })
        else fresh.push(this.#items.get(this.#items.insert({ ...item, feedId, seenMs: nowMs }))!)
      }
      this.#bound(feedId)
      return fresh
    })
  }

  /** Newest first. `limit` at most 1000. */
  items(feedId: number, limit: number, offset = 0): FeedItemRecord[] {
    const order = 'ORDER BY coalesce(published_ms, seen_ms) DESC, id DESC LIMIT ? OFFSET ?'
    return this.#items.select(`WHERE feed_id = ? ${order}`, feedId, Math.min(limit, 1000), offset)
  }

  countItems(feedId: number): number {
    return this.#items.count('WHERE feed_id = ?', feedId)
  }

  item(id: number): FeedItemRecord | null {
    return this.#items.get(id)
  }

  /** Marks an item as added. */
  take(id: number): boolean {
    return this.#items.update(id, { taken: true })
  }

  /**
   * Marks all items with this link as added, in all feeds. Returns the number of newly marked ones.
   */
  takeSource(source: string): number {
    return this.#takeSource.run(source).changes
  }

  /** Returns whether the link comes from feeds, none of which is in the local network. */
  isFromOutside(source: string): boolean {
    const feeds = this.#feedsOf.all(source)
    return feeds.length > 0 && feeds.every(({ inside }) => inside === 0)
  }

  #bound(feedId: number): void {
    this.#items.delete(
      `WHERE id IN (SELECT id FROM feed_items WHERE feed_id = ?
       ORDER BY seen_ms DESC, id DESC LIMIT -1 OFFSET ${MAX_ITEMS})`,
      feedId,
    )
  }
}
