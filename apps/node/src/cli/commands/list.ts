import { STATE_FILTERS, type TORRENT_SORTS } from '@shoal/api/choices'
import { flag, integer, UsageError, value } from '@shoal/options'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { showList, watchList } from '../client/torrent-list.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

/** Sort orders by column name. */
const SORTS = {
  name: 'name',
  state: 'state',
  done: 'progress',
  size: 'totalBytes',
  down: 'downloadBytesPerSecond',
  up: 'uploadBytesPerSecond',
  ratio: 'ratio',
  left: 'etaSeconds',
  peers: 'peers',
  label: 'label',
  added: 'addedMs',
  completed: 'completedMs',
  queue: 'queuePosition',
} as const satisfies Record<string, (typeof TORRENT_SORTS)[number]>
/** Ascending by default: A comes before Z, but the largest number before the smallest. */
const ASCENDING = new Set(['name', 'state', 'label', 'left', 'queue'])

export const list = defineCommand({
  about: texts.list.about,
  positionals: [],
  options: {
    state: value('STATE', {
      help: texts.list.options.state,
      choices: STATE_FILTERS,
    }),
    label: value('LABEL', { help: texts.list.options.label }),
    tag: value('TAG', { help: texts.list.options.tag }),
    tracker: value('HOST', { help: texts.list.options.tracker }),
    search: value('WORDS', { help: texts.list.options.search }),
    sort: value('COLUMN', {
      help: texts.list.options.sort({ columns: Object.keys(SORTS).join(', ') }),
      choices: Object.keys(SORTS) as (keyof typeof SORTS)[],
    }),
    reverse: flag(texts.list.options.reverse, { short: 'r' }),
    limit: value('N', { help: texts.list.options.limit, parse: integer(1, 1_000_000) }),
    watch: flag(texts.list.options.watch, { short: 'w' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['list', texts.list.examples.plain],
    ['list --state downloading --sort down --watch', texts.list.examples.watch],
    ['list --state stalled', texts.list.examples.stalled],
  ],
  async run(_words, options, { output, interrupt }) {
    if (options.watch && !output.terminal && !output.json) throw new UsageError(texts.list.watchNeeds)
    const { state, label, tag, tracker, search, limit, reverse, sort = 'added' } = options
    const node = await openNode(options, interrupt.signal)
    const filter = {
      sort: SORTS[sort],
      order: ASCENDING.has(sort) !== reverse ? ('ascending' as const) : ('descending' as const),
      ...(state !== undefined && { state }),
      ...(label !== undefined && { label }),
      ...(tag !== undefined && { tag }),
      ...(tracker !== undefined && { tracker }),
      ...(search !== undefined && { text: search }),
    }
    if (options.watch) return watchList(node, filter, limit, output, interrupt.signal)
    return showList(node, filter, limit, output)
  },
})
