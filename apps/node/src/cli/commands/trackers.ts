import type { Tracker } from '@shoal/api'
import { list } from '@shoal/options'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { changedTiers } from '../client/tiers.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { nodeMessage } from '../failure.ts'
import { formatDuration } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

export const trackers = defineCommand({
  about: texts.trackers.about,
  positionals: [TORRENT],
  options: {
    add: list('URL', { help: texts.trackers.options.add }),
    remove: list('URL', { help: texts.trackers.options.remove }),
    addWebSeed: list('URL', { help: texts.trackers.options.addWebSeed }),
    removeWebSeed: list('URL', { help: texts.trackers.options.removeWebSeed }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['trackers film', texts.trackers.examples.list],
    ['trackers film --add udp://tracker.example:6969', texts.trackers.examples.add],
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
    printTable(output, items, COLUMNS, texts.trackers.none)
    for (const url of webSeeds) output.line(texts.trackers.webSeed({ url }))
  },
})

const COLUMNS: Column<Tracker>[] = [
  {
    title: texts.trackers.columns.tier,
    text: ({ tier }) => (tier === null ? '' : String(tier)),
    align: 'right',
    rank: 4,
  },
  {
    title: texts.trackers.columns.tracker,
    text: ({ url, kind }) => (kind === 'tracker' ? url : kind.toUpperCase()),
    least: 20,
  },
  { title: texts.trackers.columns.state, text: ({ state }) => texts.trackerStates[state] },
  { title: texts.trackers.columns.peers, text: ({ peers }) => String(peers), align: 'right', rank: 1 },
  {
    title: texts.trackers.columns.seeds,
    text: ({ seeds }) => (seeds === null ? '' : String(seeds)),
    align: 'right',
    rank: 3,
  },
  {
    title: texts.trackers.columns.leeches,
    text: ({ leeches }) => (leeches === null ? '' : String(leeches)),
    align: 'right',
    rank: 3,
  },
  {
    title: texts.trackers.columns.next,
    text: ({ nextAnnounceSeconds: next }) => (next === null ? '' : formatDuration(next)),
    align: 'right',
    rank: 5,
  },
  {
    title: texts.trackers.columns.message,
    text: ({ message }) => nodeMessage(message ?? ''),
    least: 10,
    rank: 2,
  },
]
