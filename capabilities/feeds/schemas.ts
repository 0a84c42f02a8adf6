import { HostPath, Name, TimeMs, Untrusted, UntrustedSecret, Why } from '@shoal/api/schemas/common'
import { ANSWERS, GIVEN, OWN_TEXTS, SECRETS } from '@shoal/api/schemas/names'
import { z } from 'zod'

/**
 * Adds feed items whose title contains all words of `include` and none of `exclude`. `/…/` is a
 * regular expression.
 */
export const FeedFilter = z
  .object({
    /** Name of the rule in qBittorrent's API. */
    name: Name.clone().register(OWN_TEXTS, { isOwn: true }).optional(),
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
    url: z
      .url({
        protocol: /^https?$/,
        error: 'write the address of a feed, which begins with http:// or https://',
      })
      .max(2000)
      .register(SECRETS, { isWhole: false }),
    title: Untrusted,
    everyMinutes: z.number().int().min(1).max(10_080),
    filters: z.array(FeedFilter).max(100),
    fetchedMs: TimeMs.nullable(),
    /** The reason why the last fetch failed. */
    error: Untrusted.nullable(),
    why: Why,
  })
  .register(ANSWERS, { id: 'Feed' })
export type Feed = z.infer<typeof Feed>

export const FeedItem = z
  .object({
    id: z.string(),
    title: Untrusted,
    /** The source to add: a magnet link or the URL of a .torrent. */
    source: UntrustedSecret,
    publishedMs: TimeMs.nullable(),
    /** Whether it was added, by a filter or by hand. */
    taken: z.boolean(),
  })
  .register(ANSWERS, { id: 'FeedItem' })
export type FeedItem = z.infer<typeof FeedItem>
