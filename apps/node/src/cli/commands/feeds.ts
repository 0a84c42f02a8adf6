import type { Feed, FeedFilter, FeedItem } from '@shoal/api'
import { flag, integer, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { count } from '../../base/text/format.ts'
import { formatTime } from '../../base/text/time.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

export const feeds = defineCommand({
  about: [
    'list shows them; add URL follows one; items ID shows what is in it; filter ID gives it one more filter, or replaces all with --clear; refresh ID reads it now; remove ID … follows it no longer.',
    'A filter says which items are added by themselves: those whose title has all words of --include and none of --exclude. /…/ is a regular expression. Without filters nothing is.',
  ],
  positionals: [
    { name: 'ACTION', help: 'list, add, items, filter, refresh or remove. Default: list', optional: true },
    { name: 'WORD', help: 'the URL, or the ID of the feed', optional: true, many: true },
  ],
  options: {
    include: value('WORDS', { help: 'Of a filter: what the title must have; "" for all items' }),
    exclude: value('WORDS', { help: 'Of a filter: what it must not have' }),
    label: value('LABEL', { help: 'Of a filter: the label of what it adds' }),
    out: value('DIR', { short: 'o', help: 'Of a filter: the folder of what it adds' }),
    paused: flag('Of a filter: do not start what it adds'),
    clear: flag('Of filter: forget the filters that were there'),
    every: value('MINUTES', { help: 'How often it is read. Default 30', parse: integer(1, 10_080) }),
    ...NODE_OPTIONS,
  },
  examples: [
    [
      'feeds add https://feeds.example/films.xml --include "harbour 1080p" --label films',
      'Follows the feed, and downloads what has both words',
    ],
    ['feeds items f1', 'Lists what is in a feed'],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const { every } = options
    const given = filterOf(options)
    const show = (feed: Feed) =>
      output.json ? output.object(feed) : printTable(output, [feed], COLUMNS, 'There are no feeds')
    /** Shows a feed that was just to be read. Not being able to is a failure, and it stays all the same. */
    const told = (feed: Feed) => {
      show(feed)
      if (feed.error === null) return 0
      if (!output.json)
        output.error(
          `shoal: this feed cannot be read: ${feed.error}. It is kept, and tried again later; ${SHOAL} feeds remove ${feed.id} forgets it`,
        )
      return EXIT.failed
    }
    return subcommand<Promise<number> | Promise<void>>(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items } = await api.listFeeds({})
        if (output.json) output.object({ items })
        else printTable(output, items, COLUMNS, `There are no feeds: ${SHOAL} feeds add URL follows one`)
      },
      async add(words) {
        const [url = ''] = takeWords(words, 'URL')
        const feed = { url, ...(every && { everyMinutes: every }), ...(given && { filters: [given] }) }
        const added = await asUsage(api.addFeed(feed))
        // Read at once: a wrong address shows now, and the title is that of the feed.
        return told(added.fetchedMs === null ? await api.refreshFeed({ id: added.id }) : added)
      },
      async items(words) {
        const [id = ''] = takeWords(words, 'ID')
        const items = await allPages(cursor => api.listFeedItems({ id, ...cursor }), 1000)
        if (output.json) output.object({ items })
        else printTable(output, items, ITEM_COLUMNS, 'There is nothing in it yet')
      },
      async filter(words) {
        const [id = ''] = takeWords(words, 'ID')
        if (!given && !options.clear && !every) throw new UsageError('give --include, --clear or --every')
        const feed = (await api.listFeeds({})).items.find(each => each.id === id)
        const kept = options.clear ? [] : (feed?.filters ?? [])
        const filters = given ? [...kept, given] : kept
        show(await asUsage(api.updateFeed({ id, filters, ...(every && { everyMinutes: every }) })))
      },
      async refresh(words) {
        const [id = ''] = takeWords(words, 'ID')
        return told(await api.refreshFeed({ id }))
      },
      async remove(words) {
        const ids = takeWords(words, 'ID …')
        for (const id of ids) await api.removeFeed({ id })
        if (output.json) output.object({ removed: ids })
        else output.line(`Removed ${count(ids.length, 'feed')}`)
      },
    })
  },
})

interface FilterWords {
  readonly include: string | undefined
  readonly exclude: string | undefined
  readonly label: string | undefined
  readonly out: string | undefined
  readonly paused: boolean
}

/** Null when no option of a filter is given. Throws UsageError for one that would add everything unasked. */
export function filterOf({ include, exclude, label, out, paused }: FilterWords): FeedFilter | null {
  if ([include, exclude, label, out].every(each => each === undefined) && !paused) return null
  if (include === undefined && exclude === undefined)
    throw new UsageError('a filter needs --include or --exclude; --include "" adds all items')
  return {
    include: include ?? '',
    exclude: exclude ?? '',
    label: label ?? null,
    directory: out ?? null,
    paused,
  }
}

const COLUMNS: Column<Feed>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'Title', text: ({ title, url }) => title || url, least: 10 },
  { title: 'URL', text: ({ url }) => url, least: 15, rank: 2 },
  { title: 'Filters', text: ({ filters }) => String(filters.length), align: 'right', rank: 3 },
  { title: 'Every', text: ({ everyMinutes }) => `${everyMinutes} min`, align: 'right', rank: 4 },
  {
    title: 'Read',
    text: ({ fetchedMs, error }) =>
      error ? `failed: ${error}` : fetchedMs === null ? 'not yet' : formatTime(fetchedMs),
    least: 10,
    rank: 1,
  },
]

const ITEM_COLUMNS: Column<FeedItem>[] = [
  { title: 'Published', text: ({ publishedMs: at }) => (at === null ? '' : formatTime(at)), rank: 2 },
  { title: 'Title', text: ({ title }) => title, least: 10 },
  { title: 'Added', text: ({ taken }) => (taken ? 'yes' : '') },
  { title: 'Source', text: ({ source }) => source, least: 15, rank: 1 },
]
