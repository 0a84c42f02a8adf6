import type { CountedLabel } from '@shoal/api'
import { value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { count } from '../../base/text/format.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { namedTorrents } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

export const label = defineCommand({
  about: [
    'list shows the labels; set LABEL ID … gives one to torrents, and makes it where it is new; clear ID … takes it away; create LABEL makes one, or changes its folder and colour; remove LABEL … removes it, and its torrents stay.',
    'A torrent has one label and any number of tags: tag TAG ID … and untag TAG ID … give and take them.',
  ],
  positionals: [
    { name: 'ACTION', help: 'list, set, clear, create, remove, tag or untag. Default: list', optional: true },
    { name: 'WORD', help: 'the label or tag, and the torrents', optional: true, many: true },
  ],
  options: {
    dir: value('DIR', {
      help: 'Of create: its torrents are downloaded into this folder; "" for the usual one',
    }),
    colour: value('#RRGGBB', { help: 'Of create: its colour in the console; "" for one by its name' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['label set films 4612ed0d', 'Gives the label "films" to a torrent'],
    ['label create films --dir /media/films', 'Downloads of this label go there'],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const { dir, colour } = options
    const done = (text: string, value: object) => (output.json ? output.object(value) : output.line(text))
    const setLabel = async (ids: readonly string[], name: string | null) => {
      const torrents = await namedTorrents(api, ids)
      for (const { id } of torrents) await asUsage(api.updateTorrent({ id, label: name }))
      done(`${name === null ? 'No label' : name}: ${count(torrents.length, 'torrent')}`, {
        label: name,
        ids: torrents.map(({ id }) => id),
      })
    }
    const setTag = async (words: readonly string[], change: (tags: string[], tag: string) => string[]) => {
      const [tag = '', ...ids] = takeWords(words, 'TAG', 'ID …')
      const torrents = await namedTorrents(api, ids)
      for (const { id, tags } of torrents) await asUsage(api.updateTorrent({ id, tags: change(tags, tag) }))
      done(`${tag}: ${count(torrents.length, 'torrent')}`, { tag, ids: torrents.map(({ id }) => id) })
    }
    if ((dir !== undefined || colour !== undefined) && words[0] !== 'create')
      throw new UsageError('--dir and --colour are options of create: label create LABEL --dir DIR')
    return subcommand(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items, tags } = await api.listLabels({})
        if (output.json) return output.object({ items, tags })
        printTable(output, items, COLUMNS, `There are no labels: ${SHOAL} label set LABEL ID makes one`)
        if (tags.length > 0) output.line(`Tags: ${tags.join(', ')}`)
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
        done(`Label ${made.name}${made.directory ? `: ${made.directory}` : ''}`, made)
      },
      async remove(words) {
        const names = takeWords(words, 'LABEL …')
        for (const name of names) await asUsage(api.removeLabel({ name }))
        done(`Removed ${count(names.length, 'label')}`, { removed: names })
      },
      tag: words => setTag(words, (tags, tag) => [...new Set([...tags, tag])]),
      untag: words => setTag(words, (tags, tag) => tags.filter(each => each !== tag)),
    })
  },
})

const COLUMNS: Column<CountedLabel>[] = [
  { title: 'Label', text: ({ name }) => name, least: 10 },
  { title: 'Torrents', text: ({ torrents }) => String(torrents), align: 'right' },
  { title: 'Folder', text: ({ directory }) => directory ?? '', least: 10, rank: 1 },
  { title: 'Colour', text: ({ colour }) => colour ?? '', rank: 2 },
]
