import type { NodePasskey } from '@shoal/api'
import { value } from '@shoal/options'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { formatTime } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

const say = texts.passkeys

export const passkeys = defineCommand({
  about: say.about,
  positionals: [],
  options: {
    remove: value('ID', { help: say.options.remove }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['passkeys', say.examples.list],
    ['passkeys --remove Fh2vPq8sXw', say.examples.remove],
  ],
  async run(_words, { remove, ...options }, { output, interrupt }) {
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    const { items } = await asUsage(
      remove === undefined ? api.listPasskeys({}, { signal }) : api.removePasskey({ id: remove }, { signal }),
    )
    if (output.json) return output.object({ items })
    printTable(output, items, COLUMNS, say.none)
  },
})

const COLUMNS: Column<NodePasskey>[] = [
  { title: say.columns.id, text: ({ id }) => id },
  { title: say.columns.name, text: ({ name }) => name, least: 12, rank: 1 },
  { title: say.columns.username, text: ({ username }) => username, rank: 3 },
  { title: say.columns.created, text: ({ createdMs }) => formatTime(createdMs), rank: 2 },
  { title: say.columns.used, text: ({ usedMs }) => formatTime(usedMs) },
]
