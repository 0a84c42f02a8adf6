import type { FEEDS } from '../../contracts/feeds.ts'
import type { Implemented } from '../../operations.ts'
import type { FeedItem } from '../../schemas/feed.ts'
import { itemsOf, RELEASES } from './feed-items.ts'
import { seedOf } from './random.ts'
import { found, given, pageOf } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export function feeds(state: SimulatedState): Implemented<typeof FEEDS> {
  const find = (id: string) => found(state.feeds, id, 'feed')
  const told = <Value>(value: Value): Value => {
    state.emit({ type: 'feeds', id: null })
    return value
  }
  return {
    listFeeds: async () => ({ items: [...state.feeds.values()].map(({ feed }) => feed) }),
    async addFeed({ url, everyMinutes, filters }) {
      const known = [...state.feeds.values()].find(({ feed }) => feed.url === url)
      if (known) return known.feed
      const id = `feed-${seedOf(url)}`
      const feed = {
        id,
        url,
        title: new URL(url).hostname,
        everyMinutes,
        filters,
        fetchedMs: state.clock.nowMs(),
        error: null,
      }
      state.feeds.set(id, { feed, items: itemsOf(id, RELEASES, state.clock.nowMs()) })
      return told(feed)
    },
    async updateFeed({ id, ...change }) {
      const entry = find(id)
      entry.feed = { ...entry.feed, ...given(change) }
      return told(entry.feed)
    },
    async removeFeed({ id }) {
      find(id)
      state.feeds.delete(id)
      return told({})
    },
    async refreshFeed({ id }) {
      const entry = find(id)
      entry.feed = { ...entry.feed, fetchedMs: state.clock.nowMs(), error: null }
      return told(entry.feed)
    },
    async listFeedItems({ id, cursor, limit }) {
      const items = find(id).items.map(item => ({ ...item, taken: item.taken || isThere(state, item) }))
      return pageOf(items, cursor, limit)
    },
  }
}

const isThere = (state: SimulatedState, item: FeedItem) => {
  const hash = /btih:([0-9a-f]{40})/.exec(item.source)?.[1]
  return hash !== undefined && state.torrents.has(hash)
}
