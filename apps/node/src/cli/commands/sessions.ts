import type { LoginSession } from '@shoal/api'
import { flag, UsageError, value } from '@shoal/options'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { formatTime } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

const say = texts.sessions

export const sessions = defineCommand({
  about: say.about,
  positionals: [],
  options: {
    end: value('ID', { help: say.options.end }),
    endAll: flag(say.options.endAll),
    ...NODE_OPTIONS,
  },
  examples: [
    ['sessions', say.examples.list],
    ['sessions --end 7', say.examples.end],
  ],
  async run(_words, { end, endAll, ...options }, { output, interrupt }) {
    if (end !== undefined && endAll) throw new UsageError(say.oneOnly)
    if (end !== undefined && !/^[1-9]\d{0,14}$/.test(end)) throw new UsageError(say.notId({ text: end }))
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    const { items } = await asUsage(
      end !== undefined
        ? api.endSession({ id: Number(end) }, { signal })
        : endAll
          ? api.endOtherSessions({}, { signal })
          : api.listSessions({}, { signal }),
    )
    if (output.json) return output.object({ items })
    printTable(output, items, COLUMNS, say.none)
  },
})

const COLUMNS: Column<LoginSession>[] = [
  { title: say.columns.id, text: ({ id }) => String(id), align: 'right' },
  { title: say.columns.username, text: ({ username }) => username, rank: 3 },
  { title: say.columns.browser, text: ({ browser }) => browser ?? say.unknown, least: 12, rank: 1 },
  { title: say.columns.address, text: ({ address }) => address },
  { title: say.columns.created, text: ({ createdMs }) => formatTime(createdMs), rank: 2 },
  { title: say.columns.used, text: ({ usedMs }) => formatTime(usedMs) },
]
