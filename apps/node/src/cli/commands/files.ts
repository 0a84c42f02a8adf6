import type { NodeApi, TorrentFile } from '@shoal/api'
import { list, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { formatBytes, formatPercent } from '../../base/text/format.ts'
import { parseIndexes } from '../../base/text/ranges.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { parsePriority, priorityText } from '../client/priority.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

const PAGE = 10_000

export const files = defineCommand({
  about: ['Lists the files, with their numbers. With an option it changes them first.'],
  positionals: [TORRENT],
  options: {
    select: value('NUMBERS', { help: 'Only these are wanted: 0,2-4', parse: parseIndexes }),
    priority: list('NUMBERS=LEVEL', {
      help: 'no, low, normal, high, or 0 to 7: 0,2-4=high, all=low',
      parse: parsePriority,
    }),
    rename: list('NUMBER=PATH', {
      help: 'Give a file another name or folder in the torrent',
      parse: parseRename,
    }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['files film', 'Lists its files'],
    ['files film --select 0,2-4', 'Downloads these four, and no others'],
    ['files film --priority 7=high --priority all=low', 'Changes priorities, in this order'],
  ],
  async run([word], options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const id = await torrentId(api, word!)
    const read = () => allPages(cursor => api.listFiles({ id, ...cursor, limit: PAGE }))
    if (options.select) await select(api, id, options.select, await read())
    for (const { indexes, priority } of options.priority)
      await asUsage(api.setPriority({ id, indexes: indexes === 'all' ? 'all' : [...indexes], priority }))
    for (const rename of options.rename) await asUsage(api.renameFile({ id, ...rename }))
    const items = await read()
    if (output.json) return output.object({ items, total: items.length })
    printTable(output, items, COLUMNS, 'Its files are not known yet: no peer has told them')
  },
})

const COLUMNS: Column<TorrentFile>[] = [
  { title: '#', text: ({ index }) => String(index), align: 'right' },
  { title: 'Size', text: ({ lengthBytes }) => formatBytes(lengthBytes), align: 'right', rank: 1 },
  {
    title: 'Done',
    text: ({ haveBytes, lengthBytes }) => formatPercent(lengthBytes === 0 ? 1 : haveBytes / lengthBytes),
    align: 'right',
  },
  { title: 'Priority', text: ({ priority }) => priorityText(priority), rank: 2 },
  { title: 'Path', text: ({ path }) => path, least: 10 },
]

/** These become wanted where they are not; all others become unwanted. */
async function select(
  api: NodeApi,
  id: string,
  wanted: readonly number[],
  all: readonly TorrentFile[],
): Promise<void> {
  const known = new Set(all.map(({ index }) => index))
  const missing = wanted.find(index => !known.has(index))
  if (missing !== undefined) throw new UsageError(`there is no file ${missing}: ${SHOAL} files ID lists them`)
  const chosen = new Set(wanted)
  const on = all.filter(({ index, priority }) => chosen.has(index) && priority === 0)
  const off = all.filter(({ index, priority }) => !chosen.has(index) && priority > 0)
  if (on.length > 0) await api.setPriority({ id, indexes: on.map(({ index }) => index), priority: 4 })
  if (off.length > 0) await api.setPriority({ id, indexes: off.map(({ index }) => index), priority: 0 })
}

function parseRename(text: string): { index: number; path: string } {
  const [, index, path] = /^(\d{1,8})=(.+)$/s.exec(text) ?? []
  if (index === undefined || path === undefined)
    throw new UsageError(`"${text}" is not a new name: write 3=Folder/name.mkv`)
  return { index: Number(index), path }
}
