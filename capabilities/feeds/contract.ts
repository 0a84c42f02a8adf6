import { contract, operation } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { Id, Nothing, PageInput, page } from '@shoal/api/schemas/common'
import { z } from 'zod'
import { Feed, FeedFilter, FeedItem } from './schemas.ts'

const FILTER_TEXTS = {
  'filters.*.include': 'text',
  'filters.*.exclude': 'text',
  'filters.*.label': 'text',
} as const

/** RSS and Atom feeds whose items are added as torrents. */
export const FEEDS = contract({
  name: 'feeds',
  otherErrors: { 'bad-feed': 'error of the feed', 'no-answer': 'error of the feed' },
  operations: {
    listFeeds: operation({
      method: 'GET',
      path: '/api/feeds',
      effect: 'read',
      area: 'feeds',
      summary: 'List feeds',
      input: z.object({}),
      output: z.object({ items: z.array(Feed) }),
    }),
    addFeed: operation({
      method: 'POST',
      path: '/api/feeds',
      effect: 'write',
      area: 'feeds',
      summary: 'Add an RSS or Atom feed',
      input: z.object({
        url: Feed.shape.url,
        everyMinutes: Feed.shape.everyMinutes.default(30),
        filters: z.array(FeedFilter).max(100).default([]),
      }),
      output: Feed,
      idempotent: true,
      texts: { url: 'address', ...FILTER_TEXTS },
      errors: { ...withStatus(400, 'slow-pattern'), ...withStatus(403, 'forbidden-path') },
    }),
    updateFeed: operation({
      method: 'PATCH',
      path: '/api/feeds/{id}',
      effect: 'write',
      area: 'feeds',
      summary: 'Change the interval and the filters of a feed',
      input: z.object({
        id: Id,
        everyMinutes: Feed.shape.everyMinutes.optional(),
        filters: z.array(FeedFilter).max(100).optional(),
      }),
      output: Feed,
      idempotent: true,
      texts: FILTER_TEXTS,
      errors: { ...withStatus(400, 'slow-pattern'), ...withStatus(403, 'forbidden-path') },
    }),
    removeFeed: operation({
      method: 'DELETE',
      path: '/api/feeds/{id}',
      effect: 'delete',
      area: 'feeds',
      summary: 'Remove a feed',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
    refreshFeed: operation({
      method: 'POST',
      path: '/api/feeds/{id}/refresh',
      effect: 'write',
      area: 'feeds',
      summary: 'Refresh a feed now',
      input: z.object({ id: Id }),
      output: Feed,
      idempotent: true,
    }),
    listFeedItems: operation({
      method: 'GET',
      path: '/api/feeds/{id}/items',
      effect: 'read',
      area: 'feeds',
      summary: 'List the items of a feed, newest first',
      input: z.object({ ...PageInput, id: Id }),
      output: page(FeedItem),
    }),
  },
  events: {
    topics: {
      feeds: [
        /**
         * A feed or its items changed, or a feed was added or removed. `id` is null if any feed may
         * be affected.
         */
        z.object({ type: z.literal('feeds'), id: Id.nullable() }),
      ],
    },
    invalidates: { feeds: ['listFeeds', 'listFeedItems'] },
  },
  commands: ['feeds'],
})
