import type { KnownPeer, Peer } from '@shoal/api'
import { integer, list, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { formatBytes, formatPercent, formatRate } from '../../base/text/format.ts'
import { formatTime } from '../../base/text/time.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

export const peers = defineCommand({
  about: [
    'Flags: D downloading from it, d it does not send, U uploading to it, u it waits for us, I it connected to us, E encrypted, S it has stopped sending.',
    'Without ID it lists what is remembered of peers from all torrents, the best first.',
  ],
  positionals: [{ ...TORRENT, optional: true }],
  options: {
    add: list('HOST:PORT', { help: 'Connect to this peer' }),
    limit: value('N', { help: 'Without ID: so many. Default 50', parse: integer(1, 100_000) }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['peers film', 'Lists the peers that are connected for this torrent'],
    ['peers film --add 192.0.2.7:6881', 'Connects to this one too'],
  ],
  async run([word], options, { output, interrupt }) {
    if (word === undefined && options.add.length > 0)
      throw new UsageError('ID is missing: the torrent that the peer has')
    const { api } = await openNode(options, interrupt.signal)
    if (word === undefined) {
      const known = await allPages(
        cursor => api.listKnownPeers({ ...cursor, limit: 1000 }),
        options.limit ?? 50,
      )
      if (output.json) return output.object({ items: known })
      return printTable(output, known, KNOWN_COLUMNS, 'No peer is remembered yet')
    }
    const id = await torrentId(api, word)
    if (options.add.length > 0) await asUsage(api.addPeers({ id, addresses: [...options.add] }))
    const { items } = await api.listPeers({ id })
    if (output.json) return output.object({ items })
    const tried = options.add.filter(address => !items.some(peer => peer.address === address))
    if (tried.length > 0) {
      const { state } = await api.getTorrent({ id })
      const when = RESTS.has(state) ? 'is tried as soon as the torrent runs' : 'is being tried'
      for (const address of tried) output.line(`${address} ${when}`)
      if (items.length === 0) return
    }
    printTable(output, items, COLUMNS, 'No peer is connected')
  },
})

/** A torrent in these states connects to nobody. */
const RESTS: ReadonlySet<string> = new Set(['paused', 'complete', 'queued', 'error'])

const COLUMNS: Column<Peer>[] = [
  { title: 'Address', text: ({ address }) => address, least: 15 },
  { title: 'Client', text: ({ client }) => client, least: 8, rank: 2 },
  { title: 'Transport', text: ({ kind }) => kind, rank: 4 },
  { title: 'Country', text: ({ country }) => country ?? '', rank: 6 },
  { title: 'Flags', text: flagsOf, rank: 3 },
  { title: 'Has', text: ({ progress }) => formatPercent(progress), align: 'right', rank: 1 },
  { title: 'Down', text: each => formatRate(each.downloadBytesPerSecond), align: 'right' },
  { title: 'Up', text: each => formatRate(each.uploadBytesPerSecond), align: 'right' },
  {
    title: 'Downloaded',
    text: ({ downloadedBytes }) => formatBytes(downloadedBytes),
    align: 'right',
    rank: 5,
  },
  { title: 'Uploaded', text: ({ uploadedBytes }) => formatBytes(uploadedBytes), align: 'right', rank: 5 },
]

const KNOWN_COLUMNS: Column<KnownPeer>[] = [
  { title: 'Host', text: ({ host }) => host, least: 15 },
  { title: 'Client', text: ({ client }) => client, least: 8, rank: 2 },
  { title: 'Score', text: ({ score }) => score.toFixed(2), align: 'right' },
  { title: 'Downloaded', text: ({ downloadedBytes }) => formatBytes(downloadedBytes), align: 'right' },
  { title: 'Uploaded', text: ({ uploadedBytes }) => formatBytes(uploadedBytes), align: 'right' },
  { title: 'Wasted', text: ({ wastedBytes }) => formatBytes(wastedBytes), align: 'right', rank: 3 },
  { title: 'Last seen', text: ({ lastSeenMs }) => formatTime(lastSeenMs), rank: 1 },
]

/** Flags as in other clients, with upper case for transfers that are active. */
export function flagsOf(peer: Peer): string {
  return [
    peer.amInterested ? (peer.peerChoking ? 'd' : 'D') : '',
    peer.peerInterested ? (peer.amChoking ? 'u' : 'U') : '',
    peer.incoming ? 'I' : '',
    peer.encrypted ? 'E' : '',
    peer.snubbed ? 'S' : '',
  ].join('')
}
