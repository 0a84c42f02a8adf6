import { STATE_FILTERS, type TORRENT_SORTS } from '@shoal/api'
import { flag, integer, oneOf, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { showList, watchList } from '../client/torrent-list.ts'
import { defineCommand } from '../command.ts'

/** Orders by the words that the table has for them. */
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
/** Default directions: A before Z, but the largest before the smallest. */
const ASCENDING = new Set(['name', 'state', 'label', 'left', 'queue'])

export const list = defineCommand({
  about: [
    'The ID is the beginning of the info hash, long enough to be unique; other commands accept it. Columns that do not fit are left out.',
  ],
  positionals: [],
  options: {
    state: value('STATE', {
      help: 'Only these: downloading, seeding, paused, queued, error, active, unfinished, finished …',
      parse: oneOf(...STATE_FILTERS),
    }),
    label: value('LABEL', { help: 'Only those with this label; "" for those without one' }),
    tag: value('TAG', { help: 'Only those with this tag' }),
    search: value('WORDS', { help: 'Only those that have these words in their name' }),
    sort: value('COLUMN', {
      help: `By this column: ${Object.keys(SORTS).join(', ')}. Default: added`,
      parse: oneOf(...(Object.keys(SORTS) as (keyof typeof SORTS)[])),
    }),
    reverse: flag('Reverse the order', { short: 'r' }),
    limit: value('N', { help: 'Only the first N', parse: integer(1, 1_000_000) }),
    watch: flag('Keep showing how they change, until Ctrl-C', { short: 'w' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['list', 'Lists all torrents, the latest first'],
    ['list --state downloading --sort down --watch', 'Shows running downloads, the fastest first'],
  ],
  async run(_words, options, { output, interrupt }) {
    if (options.watch && !output.terminal && !output.json)
      throw new UsageError('--watch needs a terminal, or --json')
    const { state, label, tag, search, limit, reverse, sort = 'added' } = options
    const node = await openNode(options, interrupt.signal)
    const filter = {
      sort: SORTS[sort],
      order: ASCENDING.has(sort) !== reverse ? ('ascending' as const) : ('descending' as const),
      ...(state !== undefined && { state }),
      ...(label !== undefined && { label }),
      ...(tag !== undefined && { tag }),
      ...(search !== undefined && { text: search }),
    }
    if (options.watch) return watchList(node, filter, limit, output, interrupt.signal)
    return showList(node, filter, limit, output)
  },
})
