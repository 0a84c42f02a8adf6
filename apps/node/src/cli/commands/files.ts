import type { NodeApi, TorrentFile } from '@shoal/api'
import { list, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { parsePriority, priorityText } from '../client/priority.ts'
import { roomOf, roomText } from '../client/share-room.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { formatBytes, formatPercent } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { parseIndexes } from '../values/ranges.ts'

const PAGE = 10_000

export const files = defineCommand({
  about: texts.files.about,
  positionals: [TORRENT],
  options: {
    select: value('NUMBERS', { help: texts.files.options.select, parse: parseIndexes }),
    priority: list('NUMBERS=LEVEL', {
      help: texts.files.options.priority,
      parse: parsePriority,
    }),
    rename: list('NUMBER=PATH', {
      help: texts.files.options.rename,
      parse: parseRename,
    }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['files film', texts.files.examples.list],
    ['files film --select 0,2-4', texts.files.examples.select],
    ['files film --priority 7=high --priority all=low', texts.files.examples.priority],
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
    const isShared = items.some(({ copies }) => copies.length > 0)
    printTable(output, items, isShared ? [...COLUMNS, COPIES] : COLUMNS, texts.files.unknown)
    const room = await roomOf(api, id)
    if (room) output.line(texts.files.room({ room: roomText(room) }))
  },
})

const COLUMNS: Column<TorrentFile>[] = [
  { title: texts.files.columns.index, text: ({ index }) => String(index), align: 'right' },
  {
    title: texts.files.columns.size,
    text: ({ lengthBytes }) => formatBytes(lengthBytes),
    align: 'right',
    rank: 1,
  },
  {
    title: texts.files.columns.done,
    text: ({ haveBytes, lengthBytes }) => formatPercent(lengthBytes === 0 ? 1 : haveBytes / lengthBytes),
    align: 'right',
  },
  { title: texts.files.columns.priority, text: ({ priority }) => priorityText(priority), rank: 2 },
  { title: texts.files.columns.path, text: ({ path }) => path, least: 10 },
]

/** Shown only if a file is also in another torrent. */
const COPIES: Column<TorrentFile> = {
  title: texts.files.columns.copies,
  text: ({ copies }) => copies.map(copyText).join(', '),
  rank: 3,
  least: 10,
}

function copyText({ name, takenBytes }: TorrentFile['copies'][number]): string {
  return takenBytes > 0 ? texts.files.taken({ name, size: formatBytes(takenBytes) }) : name
}

/** Selects exactly these files for download. */
async function select(
  api: NodeApi,
  id: string,
  wanted: readonly number[],
  all: readonly TorrentFile[],
): Promise<void> {
  const known = new Set(all.map(({ index }) => index))
  const missing = wanted.find(index => !known.has(index))
  if (missing !== undefined)
    throw new UsageError(texts.files.noFile({ index: String(missing), shoal: SHOAL }))
  const chosen = new Set(wanted)
  const on = all.filter(({ index, priority }) => chosen.has(index) && priority === 0)
  const off = all.filter(({ index, priority }) => !chosen.has(index) && priority > 0)
  if (on.length > 0) await api.setPriority({ id, indexes: on.map(({ index }) => index), priority: 4 })
  if (off.length > 0) await api.setPriority({ id, indexes: off.map(({ index }) => index), priority: 0 })
}

function parseRename(text: string): { index: number; path: string } {
  const [, index, path] = /^(\d{1,8})=(.+)$/s.exec(text) ?? []
  if (index === undefined || path === undefined) throw new UsageError(texts.files.notName({ text }))
  return { index: Number(index), path }
}
