import type { Tracker } from '@shoal/api'
import { list } from '@shoal/options'
import { formatDuration } from '../../base/text/format.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { changedTiers } from '../client/tiers.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

export const trackers = defineCommand({
  about: [
    'Lists where the torrent gets peers from, with the last answers. With an option it changes that first.',
  ],
  positionals: [TORRENT],
  options: {
    add: list('URL', { help: 'Announce here too, in a new tier. Commas join trackers to one tier' }),
    remove: list('URL', { help: 'Stop announcing here' }),
    addWebSeed: list('URL', { help: 'Download from here too: http(s)://' }),
    removeWebSeed: list('URL', { help: 'Do not download from here any more' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['trackers film', 'Lists them'],
    ['trackers film --add udp://tracker.example:6969', 'Announces there too'],
  ],
  async run([word], options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const id = await torrentId(api, word!)
    let { items } = await api.listTrackers({ id })
    if (options.add.length + options.remove.length > 0) {
      const tiers = changedTiers(items, options)
      ;({ items } = await asUsage(api.setTrackers({ id, tiers })))
    }
    let { webSeeds } = await api.getTorrent({ id })
    if (options.addWebSeed.length + options.removeWebSeed.length > 0) {
      const kept = webSeeds.filter(url => !options.removeWebSeed.includes(url))
      webSeeds = [...new Set([...kept, ...options.addWebSeed])]
      await asUsage(api.setWebSeeds({ id, urls: webSeeds }))
    }
    if (output.json) return output.object({ items, webSeeds })
    printTable(output, items, COLUMNS, 'It has no trackers')
    for (const url of webSeeds) output.line(`Web seed: ${url}`)
  },
})

const COLUMNS: Column<Tracker>[] = [
  { title: 'Tier', text: ({ tier }) => (tier === null ? '' : String(tier)), align: 'right', rank: 4 },
  { title: 'Tracker', text: ({ url, kind }) => (kind === 'tracker' ? url : kind.toUpperCase()), least: 20 },
  { title: 'State', text: ({ state }) => state },
  { title: 'Peers', text: ({ peers }) => String(peers), align: 'right', rank: 1 },
  { title: 'Seeds', text: ({ seeds }) => (seeds === null ? '' : String(seeds)), align: 'right', rank: 3 },
  {
    title: 'Leeches',
    text: ({ leeches }) => (leeches === null ? '' : String(leeches)),
    align: 'right',
    rank: 3,
  },
  {
    title: 'Next',
    text: ({ nextAnnounceSeconds: next }) => (next === null ? '' : formatDuration(next)),
    align: 'right',
    rank: 5,
  },
  { title: 'Says', text: ({ message }) => message ?? '', least: 10, rank: 2 },
]
