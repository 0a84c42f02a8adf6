import type { CountedLabel, Label } from '@shoal/api'
import { UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { torrentIds } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

const ACTIONS = ['list', 'set', 'clear', 'create', 'remove', 'tag', 'untag']

export const label = defineCommand({
  about: texts.label.about,
  positionals: [
    { name: 'ACTION', help: texts.label.action, choices: ACTIONS, optional: true },
    { name: 'WORD', help: texts.label.word, optional: true, many: true },
  ],
  options: {
    dir: value('DIR', {
      help: texts.label.options.dir,
    }),
    colour: value('#RRGGBB', { help: texts.label.options.colour }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['label set films 4612ed0d', texts.label.examples.set],
    ['label create films --dir /media/films', texts.label.examples.create],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const { dir, colour } = options
    const done = (text: string, value: object) => (output.json ? output.object(value) : output.line(text))
    const setLabel = async (ids: readonly string[], name: string | null) => {
      const torrents = await torrentIds(api, ids)
      if (torrents.length > 0) await asUsage(api.updateTorrents({ ids: torrents, label: name }))
      done(assignedText(name ?? texts.label.noLabel, torrents.length), { label: name, ids: torrents })
    }
    const setTag = async (words: readonly string[], change: 'addTags' | 'removeTags') => {
      const [tag = '', ...names] = takeWords(words, 'TAG', 'ID …')
      const ids = await torrentIds(api, names)
      if (ids.length > 0) await asUsage(api.updateTorrents({ ids, [change]: [tag] }))
      done(assignedText(tag, ids.length), { tag, ids })
    }
    if ((dir !== undefined || colour !== undefined) && words[0] !== 'create')
      throw new UsageError(texts.label.onlyCreate)
    return subcommand(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items, tags } = await api.listLabels({})
        if (output.json) return output.object({ items, tags })
        printTable(output, items, COLUMNS, texts.label.none({ shoal: SHOAL }))
        if (tags.length > 0) output.line(texts.label.tags({ tags: tags.join(', ') }))
      },
      async set(words) {
        const [name = '', ...ids] = takeWords(words, 'LABEL', 'ID …')
        await setLabel(ids, name)
      },
      clear: words => setLabel(takeWords(words, 'ID …'), null),
      async create(words) {
        const [name = ''] = takeWords(words, 'LABEL')
        const made = await asUsage(
          api.putLabel({
            name,
            ...(dir !== undefined && { directory: dir || null }),
            ...(colour !== undefined && { colour: colour || null }),
          }),
        )
        done(createdText(made), made)
      },
      async remove(words) {
        const names = takeWords(words, 'LABEL …')
        for (const name of names) await asUsage(api.removeLabel({ name }))
        done(texts.label.removed({ count: names.length }), { removed: names })
      },
      tag: words => setTag(words, 'addTags'),
      untag: words => setTag(words, 'removeTags'),
    })
  },
})

function assignedText(label: string, torrents: number): string {
  return texts.label.assigned({ label, torrents: texts.format.torrents({ count: torrents }) })
}

function createdText({ name: label, directory }: Label): string {
  return directory ? texts.label.createdIn({ label, directory }) : texts.label.created({ label })
}

const COLUMNS: Column<CountedLabel>[] = [
  { title: texts.label.columns.label, text: ({ name }) => name, least: 10 },
  { title: texts.label.columns.torrents, text: ({ torrents }) => String(torrents), align: 'right' },
  { title: texts.label.columns.folder, text: ({ directory }) => directory ?? '', least: 10, rank: 1 },
  { title: texts.label.columns.colour, text: ({ colour }) => colour ?? '', rank: 2 },
]
