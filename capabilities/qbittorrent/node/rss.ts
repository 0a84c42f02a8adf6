/**
 * Feeds, as far as Shoal's resemble qBittorrent's: they have no folders, and use the feeds' own
 * titles.
 */
import type { Feed, FeedItem } from '@shoal/api'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { changes, reads, type WebMethods } from './answer.ts'
import { Refusal } from './refusal.ts'

export const FEED_METHODS: WebMethods = {
  'rss/items': reads(async (params, { call }) => {
    const withData = params.bool('withData') ?? false
    const feeds = (await call('listFeeds', {})).items
    const entries = feeds.map(async (feed, at) => {
      const data = withData ? await feedData(feed, call) : {}
      return [feedPath(feed, feeds.slice(0, at)), { uid: feed.id, url: feed.url, ...data }] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }),
  'rss/addFeed': changes(async (params, { call }) => {
    const url = params.required('url').trim()
    if ((await call('listFeeds', {})).items.some(feed => feed.url === url))
      throw new Refusal(409, 'RSS feed with given URL already exists')
    await call('addFeed', { url })
    return undefined
  }),
  'rss/removeItem': changes(async (params, { call }) => {
    await call('removeFeed', { id: (await feedAt(params.required('path'), call)).id })
    return undefined
  }),
  'rss/refreshItem': changes(async (params, { call }) => {
    const path = params.required('itemPath')
    const { items } = await call('listFeeds', {})
    const feeds = path === '' ? items : [await feedAt(path, call)]
    for (const { id } of feeds) await call('refreshFeed', { id })
    return undefined
  }),
  'rss/addFolder': changes(async () => {
    throw new Refusal(409, 'Shoal has no folders for feeds')
  }),
  'rss/moveItem': changes(async () => {
    throw new Refusal(409, 'Shoal has no folders for feeds, and feeds cannot be renamed')
  }),
  'rss/setFeedURL': changes(async () => {
    throw new Refusal(409, 'The URL of a feed cannot be changed: remove it and add another')
  }),
  // Feed items have no read state.
  'rss/markAsRead': changes(async () => undefined),
}

/** Each title is used as a name only once. */
export function feedPath(feed: Feed, before: readonly Feed[]): string {
  const title = (feed.title || feed.url).replaceAll('\\', '/')
  return before.some(other => other.title === feed.title) ? `${title} (${feed.id})` : title
}

async function feedAt(path: string, call: Call): Promise<Feed> {
  const { items } = await call('listFeeds', {})
  const found = items.find((feed, at) => [feedPath(feed, items.slice(0, at)), feed.url].includes(path))
  if (found) return found
  throw new Refusal(409, `Item doesn't exist: ${path}`)
}

async function feedData(feed: Feed, call: Call) {
  const { items } = await call('listFeedItems', { id: feed.id, limit: 1000 })
  return {
    articles: items.map(articleView),
    hasError: feed.error !== null,
    isLoading: false,
    lastBuildDate: feed.fetchedMs === null ? '' : new Date(feed.fetchedMs).toUTCString(),
    title: feed.title,
  }
}

function articleView({ id, title, source, publishedMs, taken }: FeedItem) {
  return {
    date: publishedMs === null ? '' : new Date(publishedMs).toUTCString(),
    id,
    isRead: taken,
    title,
    torrentURL: source,
  }
}
