import type { Implemented } from '@shoal/api'
import { seedOf } from '@shoal/api/testing/node/random'
import { found, given, pageOf } from '@shoal/api/testing/node/refusals'
import type { SimulatedState } from '@shoal/api/testing/node/state'
import type { FEEDS } from './contract.ts'
import type { FeedItem } from './schemas.ts'
import { itemsOf, RELEASES, sampleFeeds } from './simulated-items.ts'

export function feeds(state: SimulatedState): Implemented<typeof FEEDS> {
  const all: ReturnType<typeof sampleFeeds> = state.isEmpty
    ? new Map()
    : sampleFeeds(state.clock.nowMs(), state.says)
  const find = (id: string) => found(all, id, 'feed')
  const told = <Value>(value: Value): Value => {
    state.emit({ type: 'feeds', id: null })
    return value
  }
  return {
    listFeeds: async () => ({ items: [...all.values()].map(({ feed }) => feed) }),
    async addFeed({ url, everyMinutes, filters }) {
      const known = [...all.values()].find(({ feed }) => feed.url === url)
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
      all.set(id, { feed, items: itemsOf(id, RELEASES, state.clock.nowMs()) })
      return told(feed)
    },
    async updateFeed({ id, ...change }) {
      const entry = find(id)
      entry.feed = { ...entry.feed, ...given(change) }
      return told(entry.feed)
    },
    async removeFeed({ id }) {
      find(id)
      all.delete(id)
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
