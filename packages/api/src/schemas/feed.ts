import { z } from 'zod'
import { HostPath, Name, TimeMs } from './common.ts'
import { ANSWERS, GIVEN } from './names.ts'

/** What of a feed is added by itself: items whose title has all words of `include` and none of `exclude`. `/…/` is a regular expression. */
export const FeedFilter = z
  .object({
    /** What other clients call it: their rules have names. */
    name: Name.optional(),
    include: z.string().max(1000).default(''),
    exclude: z.string().max(1000).default(''),
    label: Name.nullable().default(null),
    directory: HostPath.nullable().default(null),
    paused: z.boolean().default(false),
  })
  .register(ANSWERS, { id: 'FeedFilter' })
  .register(GIVEN, { id: 'NewFeedFilter' })
export type FeedFilter = z.infer<typeof FeedFilter>

export const Feed = z
  .object({
    id: z.string(),
    url: z.url({ protocol: /^https?$/ }).max(2000),
    title: z.string(),
    everyMinutes: z.number().int().min(1).max(10_080),
    filters: z.array(FeedFilter).max(100),
    fetchedMs: TimeMs.nullable(),
    /** Why the last fetch failed. */
    error: z.string().nullable(),
  })
  .register(ANSWERS, { id: 'Feed' })
export type Feed = z.infer<typeof Feed>

export const FeedItem = z
  .object({
    id: z.string(),
    title: z.string(),
    /** What is added when it is taken: a magnet link or the URL of a .torrent. */
    source: z.string(),
    publishedMs: TimeMs.nullable(),
    /** It was added, by a filter or by hand. */
    taken: z.boolean(),
  })
  .register(ANSWERS, { id: 'FeedItem' })
export type FeedItem = z.infer<typeof FeedItem>
