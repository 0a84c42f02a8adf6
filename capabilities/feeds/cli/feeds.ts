import { SHOAL } from '@shoal/node/base/program.ts'
import { asUsage, openNode } from '@shoal/node/cli/client/node-client.ts'
import { NODE_OPTIONS } from '@shoal/node/cli/client/node-options.ts'
import { allPages } from '@shoal/node/cli/client/pages.ts'
import { defineCommand } from '@shoal/node/cli/command.ts'
import { EXIT } from '@shoal/node/cli/exit.ts'
import { nodeMessage } from '@shoal/node/cli/failure.ts'
import { formatTime } from '@shoal/node/cli/format.ts'
import { refuseOptionsOfOthers, subcommand, takeWords } from '@shoal/node/cli/subcommand.ts'
import { printTable } from '@shoal/node/cli/terminal/print.ts'
import type { Column } from '@shoal/node/cli/terminal/table.ts'
import { texts } from '@shoal/node/cli/texts.ts'
import { flag, integer, UsageError, value } from '@shoal/options'
import type { Feed, FeedFilter, FeedItem } from '../schemas.ts'

const ACTIONS = ['list', 'add', 'items', 'filter', 'refresh', 'remove']

const FILTER = ['include', 'exclude', 'label', 'out', 'paused', 'every']
/** Options of each action. */
const OPTIONS_OF = { add: FILTER, filter: [...FILTER, 'clear'] }

export const feeds = defineCommand({
  group: 'manage',
  about: texts.feeds.about,
  positionals: [
    { name: 'ACTION', help: texts.feeds.action, choices: ACTIONS, optional: true },
    { name: 'WORD', help: texts.feeds.word, optional: true, many: true },
  ],
  options: {
    include: value('WORDS', { help: texts.feeds.options.include }),
    exclude: value('WORDS', { help: texts.feeds.options.exclude }),
    label: value('LABEL', { help: texts.feeds.options.label }),
    out: value('DIR', { short: 'o', help: texts.feeds.options.out }),
    paused: flag(texts.feeds.options.paused),
    clear: flag(texts.feeds.options.clear),
    every: value('MINUTES', { help: texts.feeds.options.every, parse: integer(1, 10_080) }),
    ...NODE_OPTIONS,
  },
  examples: [
    [
      'feeds add https://feeds.example/films.xml --include "harbour 1080p" --label films',
      texts.feeds.examples.add,
    ],
    ['feeds items f1', texts.feeds.examples.items],
    ['feeds filter f1 --clear --include "harbour 2160p"', texts.feeds.examples.filter],
  ],
  async run(words, options, { output, interrupt }) {
    refuseOptionsOfOthers(OPTIONS_OF, words[0] ?? 'list', options)
    const { api } = await openNode(options, interrupt.signal)
    const { every } = options
    const given = toFilter(options)
    const show = (feed: Feed) => (output.json ? output.object(feed) : printTable(output, [feed], COLUMNS, ''))
    /**
     * Shows a feed after its first read. If that failed, the command fails, but the feed is kept.
     */
    const told = (feed: Feed) => {
      show(feed)
      if (feed.error === null) return 0
      if (!output.json)
        output.error(
          `shoal: ${texts.feeds.unreadable({ reason: nodeMessage(feed.error), shoal: SHOAL, id: feed.id })}`,
        )
      return EXIT.failed
    }
    return subcommand<Promise<number> | Promise<void>>(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items } = await api.listFeeds({})
        if (output.json) output.object({ items })
        else printTable(output, items, COLUMNS, texts.feeds.none({ shoal: SHOAL }))
      },
      async add(words) {
        const [url = ''] = takeWords(words, 'URL')
        const feed = { url, ...(every && { everyMinutes: every }), ...(given && { filters: [given] }) }
        const added = await asUsage(api.addFeed(feed))
        // Read it now, so that a wrong address is reported and the title is known.
        return told(added.fetchedMs === null ? await api.refreshFeed({ id: added.id }) : added)
      },
      async items(words) {
        const [id = ''] = takeWords(words, 'ID')
        const items = await allPages(cursor => api.listFeedItems({ id, ...cursor }), 1000)
        if (output.json) output.object({ items })
        else printTable(output, items, ITEM_COLUMNS, texts.feeds.noItems)
      },
      async filter(words) {
        const [id = ''] = takeWords(words, 'ID')
        if (!given && !options.clear && !every) throw new UsageError(texts.feeds.needsChange)
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
        else output.line(texts.feeds.removed({ count: ids.length }))
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

/**
 * Returns null if no option of a filter is given. Throws UsageError for a filter without words,
 * which would add everything.
 */
export function toFilter({ include, exclude, label, out, paused }: FilterWords): FeedFilter | null {
  if ([include, exclude, label, out].every(each => each === undefined) && !paused) return null
  if (include === undefined && exclude === undefined) throw new UsageError(texts.feeds.needsWords)
  return {
    include: include ?? '',
    exclude: exclude ?? '',
    label: label ?? null,
    directory: out ?? null,
    paused,
  }
}

const COLUMNS: Column<Feed>[] = [
  { title: texts.feeds.columns.id, text: ({ id }) => id },
  { title: texts.feeds.columns.title, text: ({ title, url }) => title || url, least: 10 },
  { title: texts.feeds.columns.url, text: ({ url }) => url, least: 15, rank: 2 },
  {
    title: texts.feeds.columns.filters,
    text: ({ filters }) => String(filters.length),
    align: 'right',
    rank: 3,
  },
  {
    title: texts.feeds.columns.every,
    text: ({ everyMinutes }) => texts.feeds.minutes({ minutes: everyMinutes }),
    align: 'right',
    rank: 4,
  },
  {
    title: texts.feeds.columns.read,
    text: ({ fetchedMs, error }) =>
      error
        ? texts.feeds.failed({ reason: nodeMessage(error) })
        : fetchedMs === null
          ? texts.feeds.notYet
          : formatTime(fetchedMs),
    least: 10,
    rank: 1,
  },
]

const ITEM_COLUMNS: Column<FeedItem>[] = [
  {
    title: texts.feeds.columns.published,
    text: ({ publishedMs: at }) => (at === null ? '' : formatTime(at)),
    rank: 2,
  },
  { title: texts.feeds.columns.title, text: ({ title }) => title, least: 10 },
  { title: texts.feeds.columns.added, text: ({ taken }) => (taken ? texts.feeds.yes : '') },
  { title: texts.feeds.columns.source, text: ({ source }) => source, least: 15, rank: 1 },
]
