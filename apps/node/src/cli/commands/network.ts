import type { NetworkPeer, NetworkStatus, PeerReach, ProvidedTorrent, Provider } from '@shoal/api'
import { reachSentences } from '@shoal/api/reach-words'
import { flag, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { formatNumber, formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { printFacts, printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { networkText } from '../values/network.ts'

const say = texts.network

export const network = defineCommand({
  about: say.about,
  positionals: [],
  options: {
    peers: flag(say.options.peers),
    find: value('LINK', { help: say.options.find }),
    newKey: flag(say.options.newKey),
    ...NODE_OPTIONS,
  },
  examples: [
    ['network', say.examples.plain],
    ['network --find baf5rei…', say.examples.find],
  ],
  async run(_words, options, { output, interrupt }) {
    const { peers, find, newKey } = options
    if ([peers, find !== undefined, newKey].filter(Boolean).length > 1) throw new UsageError(say.oneOnly)
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    if (peers) {
      const { items } = await api.listNetworkPeers({}, { signal })
      return output.json ? output.object({ items }) : printTable(output, items, PEER_COLUMNS, say.noPeers)
    }
    if (find !== undefined) {
      const { items } = await asUsage(api.findProviders({ link: find }, { signal }))
      if (output.json) return output.object({ items })
      return printTable(output, items, PROVIDER_COLUMNS, say.noProviders)
    }
    const status = newKey ? await api.renewNetworkKey({}, { signal }) : await api.getNetwork({}, { signal })
    const [{ items: provided }, reach] = await Promise.all([
      api.listProvided({}, { signal }),
      api.getPeerReach({}, { signal }),
    ])
    if (output.json) return output.object({ ...status, reach, provided })
    printStatus(output, status, reach, provided.length)
  },
})

export const connect = defineCommand({
  about: texts.connect.about({ shoal: SHOAL }),
  positionals: [{ name: 'ADDRESS', help: texts.connect.address }],
  options: NODE_OPTIONS,
  examples: [['connect /ip4/203.0.113.7/tcp/6882', texts.connect.example]],
  async run([address], options, { output, interrupt }) {
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    const peer = await asUsage(api.connectNetwork({ address: address! }, { signal }))
    if (output.json) return output.object(peer)
    const { id, client } = peer
    output.line(
      client === null ? texts.connect.connectedUnknown({ id }) : texts.connect.connected({ id, client }),
    )
  },
})

export const announce = defineCommand({
  about: texts.announce.about,
  positionals: [{ ...TORRENT, optional: true }],
  options: NODE_OPTIONS,
  examples: [
    ['announce', texts.announce.examples.list],
    ['announce film', texts.announce.examples.one],
  ],
  async run([word], options, { output, interrupt }) {
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    if (word === undefined) {
      const { items } = await api.listProvided({}, { signal })
      if (output.json) return output.object({ items })
      return printTable(output, items, PROVIDED_COLUMNS, texts.announce.none({ shoal: SHOAL }))
    }
    const id = await torrentId(api, word)
    const torrent = await asUsage(api.announceTorrent({ id }, { signal }))
    if (output.json) return output.object(torrent)
    const { name, nodes } = torrent
    output.line(nodes > 0 ? texts.announce.announced({ name, count: nodes }) : texts.announce.later({ name }))
  },
})

function printStatus(output: Output, status: NetworkStatus, reach: PeerReach, offered: number): void {
  const { rows } = say
  if (status.state !== 'on') return printFacts(output, [[rows.state, networkText(status)]])
  const [verdict, ...more] = reachSentences(texts.health.peerReach, reach)
  const { relaying, relayed } = status
  printFacts(output, [
    [rows.state, say.states.on],
    [rows.id, status.id],
    ...status.addresses.map(address => [rows.address, address] as const),
    [rows.reach, verdict!],
    ...(relaying && relayed > 0 ? [[rows.helps, say.helping({ count: relayed })] as const] : []),
    [rows.connections, String(status.connections)],
    [rows.nodes, say.nodes({ count: status.nodes })],
    [rows.size, status.networkSize > 0 ? say.size({ count: status.networkSize }) : say.unknown],
    [rows.records, say.records({ count: status.records })],
    [rows.refused, refusedText(status)],
    [rows.offered, say.torrents({ count: offered })],
  ])
  for (const sentence of more) output.line(sentence)
}

function refusedText({ refused }: NetworkStatus): string {
  const counts = Object.entries(refused).filter(([, count]) => count > 0)
  const texts = counts.map(
    ([reason, count]) => `${say.refusals[reason as keyof typeof refused]} ${formatNumber(count, 0)}`,
  )
  return texts.length > 0 ? texts.join(', ') : say.nothing
}

const PEER_COLUMNS: Column<NetworkPeer>[] = [
  { title: say.columns.id, text: ({ id }) => id, least: 12 },
  {
    title: say.columns.address,
    text: ({ address }) => address.replace(/\/p2p\/[^/]+$/, ''),
    least: 15,
    rank: 1,
  },
  { title: say.columns.client, text: ({ client }) => client ?? '', least: 8, rank: 2 },
  {
    title: say.columns.way,
    text: ({ relayed, incoming }) => say.ways[relayed ? 'relayed' : incoming ? 'incoming' : 'outgoing'],
    rank: 3,
  },
  { title: say.columns.since, text: ({ connectedMs }) => formatTime(connectedMs), rank: 4 },
]

const PROVIDER_COLUMNS: Column<Provider>[] = [
  { title: say.columns.id, text: ({ id }) => id, least: 12 },
  { title: say.columns.address, text: ({ addresses }) => addresses[0] ?? '', least: 15, rank: 2 },
  { title: say.columns.connected, text: ({ connected }) => (connected ? say.yes : say.no), rank: 1 },
]

const PROVIDED_COLUMNS: Column<ProvidedTorrent>[] = [
  { title: texts.announce.columns.name, text: ({ name }) => name, least: 12 },
  { title: texts.announce.columns.cid, text: ({ cid }) => cid, rank: 2 },
  { title: texts.announce.columns.nodes, text: ({ nodes }) => String(nodes), align: 'right', rank: 1 },
  {
    title: texts.announce.columns.announced,
    text: ({ announcedMs }) => (announcedMs === null ? texts.announce.never : formatTime(announcedMs)),
    rank: 3,
  },
]
