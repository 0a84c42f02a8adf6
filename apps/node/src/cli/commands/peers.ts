import type { KnownPeer, NodeApi, Peer, Person, SourceShare } from '@shoal/api'
import { type SourceKind, SWITCHABLE_SOURCES, type SwitchableSource } from '@shoal/api/choices'
import { flag, integer, list, oneOf, UsageError, value } from '@shoal/options'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { formatBytes, formatNumber, formatPercent, formatRate, formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { shortKey } from '../values/network.ts'

export const peers = defineCommand({
  about: texts.peers.about,
  positionals: [{ ...TORRENT, optional: true }],
  options: {
    add: list('HOST:PORT', { help: texts.peers.options.add }),
    limit: value('N', { help: texts.peers.options.limit, parse: integer(1, 100_000) }),
    why: flag(texts.peers.options.why),
    off: list('KIND', { help: texts.peers.options.off, parse: oneOf(...SWITCHABLE_SOURCES) }),
    on: list('KIND', { help: texts.peers.options.on, parse: oneOf(...SWITCHABLE_SOURCES) }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['peers film', texts.peers.examples.list],
    ['peers film --add 192.0.2.7:6881', texts.peers.examples.add],
    ['peers film --off utp --off webseed', texts.peers.examples.off],
    ['peers --why', texts.peers.examples.why],
  ],
  async run([word], options, { output, interrupt }) {
    const switched = [...options.off, ...options.on]
    if (word === undefined && options.add.length + switched.length > 0)
      throw new UsageError(texts.peers.idMissing)
    const { api } = await openNode(options, interrupt.signal)
    if (options.why && options.add.length + switched.length > 0)
      throw new UsageError(texts.run.optionOf({ option: '--why', action: '--add, --on, --off' }))
    if (options.why)
      return showPeople(api, word === undefined ? null : await torrentId(api, word), options.limit, output)
    if (word === undefined) {
      const known = await allPages(
        cursor => api.listKnownPeers({ ...cursor, limit: 1000 }),
        options.limit ?? 50,
      )
      if (output.json) return output.object({ items: known })
      return printTable(output, known, KNOWN_COLUMNS, texts.peers.noneKnown)
    }
    const id = await torrentId(api, word)
    if (options.add.length > 0) await asUsage(api.addPeers({ id, addresses: [...options.add] }))
    const sourcesOff = await switchSources(api, id, options)
    const all = (await api.listPeers({ id })).items
    const items = all.slice(0, options.limit ?? all.length)
    const { items: sources } = await api.listSources({ id })
    if (output.json) return output.object({ items, sources, sourcesOff })
    const tried = options.add.filter(address => !all.some(peer => peer.address === address))
    if (tried.length > 0) {
      const { state } = await api.getTorrent({ id })
      const text = RESTS.has(state) ? texts.peers.tryingLater : texts.peers.trying
      for (const address of tried) output.line(text({ address }))
      if (items.length === 0) return
    }
    const isKnown = items.some(({ person }) => person !== null)
    const columns = COLUMNS.filter(column => isKnown || column !== PERSON_COLUMN)
    printTable(output, items, columns, texts.peers.none)
    if (sources.some(({ downloadedBytes }) => downloadedBytes > 0)) {
      output.line('')
      printTable(output, sources, SOURCE_COLUMNS, '')
    }
    if (sourcesOff.length > 0) output.line(texts.sources.off({ kinds: kindsText(sourcesOff) }))
  },
})

/** Switches kinds of sources of a torrent off or on, and returns those that are off. */
async function switchSources(
  api: NodeApi,
  id: string,
  { off, on }: { readonly off: readonly SwitchableSource[]; readonly on: readonly SwitchableSource[] },
): Promise<readonly SwitchableSource[]> {
  const { sourcesOff } = await api.getTorrent({ id })
  if (off.length + on.length === 0) return sourcesOff
  const changed = [...new Set([...sourcesOff, ...off])].filter(kind => !on.includes(kind))
  return (await api.updateTorrent({ id, sourcesOff: changed })).sourcesOff
}

/** The names of kinds of sources. */
export function kindsText(kinds: readonly SourceKind[]): string {
  return kinds.map(kind => texts.sources.kinds[kind]).join(', ')
}

/**
 * Lists recognized Shoal peers, all or those connected in a torrent, and the reasons for their
 * scores.
 */
async function showPeople(
  api: NodeApi,
  id: string | null,
  limit: number | undefined,
  output: Output,
): Promise<void> {
  const connected =
    id === null ? null : (await api.listPeers({ id })).items.map(({ networkKey }) => networkKey)
  const { ownKey, items, refused } = await api.listPeople({ limit: Math.min(limit ?? 1000, 1000) })
  const people = connected ? items.filter(({ key }) => connected.includes(key)) : items
  if (output.json) return output.object({ ownKey, items: people, refused })
  if (ownKey !== null) output.line(texts.peers.ownKey({ key: ownKey }))
  printTable(output, people, PEOPLE_COLUMNS, texts.peers.noneRecognized)
  for (const { key, reasons } of people) {
    const parts = reasons.map(({ kind, points }) => `${signed(points)} ${texts.peers.reasons[kind]}`)
    output.line(`${shortKey(key)}: ${parts.join(', ') || texts.peers.noReasons}`)
  }
  const counts = Object.entries(refused).map(([reason, count]) => `${reason} ${formatNumber(count, 0)}`)
  if (counts.length > 0) output.line(texts.peers.refused({ counts: counts.join(', ') }))
}

function signed(points: number): string {
  return points > 0 ? `+${formatNumber(points, 0)}` : formatNumber(points, 0)
}

const PEOPLE_COLUMNS: Column<Person>[] = [
  { title: texts.peers.columns.key, text: ({ key }) => shortKey(key), least: 12 },
  { title: texts.people.columns.name, text: ({ name }) => name ?? '', rank: 1 },
  { title: texts.people.columns.did, text: ({ did }) => did ?? '', least: 16, rank: 6 },
  { title: texts.peers.columns.host, text: ({ host }) => host, rank: 2 },
  { title: texts.peers.columns.score, text: ({ score }) => formatNumber(score, 0), align: 'right' },
  { title: texts.peers.columns.fastLane, text: ({ isTrusted }) => (isTrusted ? 'F' : ''), rank: 3 },
  {
    title: texts.peers.columns.downloaded,
    text: ({ downloadedBytes }) => formatBytes(downloadedBytes),
    align: 'right',
  },
  {
    title: texts.peers.columns.uploaded,
    text: ({ uploadedBytes }) => formatBytes(uploadedBytes),
    align: 'right',
    rank: 1,
  },
  {
    title: texts.peers.columns.confirmed,
    text: ({ confirmedBytes }) => formatBytes(confirmedBytes),
    align: 'right',
    rank: 4,
  },
  { title: texts.peers.columns.lastSeen, text: ({ lastSeenMs }) => formatTime(lastSeenMs), rank: 5 },
]

/** A torrent in these states has no connections. */
const RESTS: ReadonlySet<string> = new Set(['paused', 'complete', 'queued', 'error'])

/** Omitted if no peer is known. */
const PERSON_COLUMN: Column<Peer> = {
  title: texts.peers.columns.person,
  text: ({ person }) => person?.name ?? person?.did ?? '',
  rank: 3,
}

const COLUMNS: Column<Peer>[] = [
  { title: texts.peers.columns.address, text: ({ address }) => address, least: 15 },
  { title: texts.peers.columns.client, text: ({ client }) => client, least: 8, rank: 2 },
  PERSON_COLUMN,
  { title: texts.peers.columns.transport, text: ({ kind }) => kind, rank: 4 },
  { title: texts.peers.columns.country, text: ({ country }) => country ?? '', rank: 6 },
  { title: texts.peers.columns.flags, text: formatFlags, rank: 3 },
  {
    title: texts.peers.columns.has,
    text: ({ progress }) => formatPercent(progress),
    align: 'right',
    rank: 1,
  },
  { title: texts.peers.columns.down, text: each => formatRate(each.downloadBytesPerSecond), align: 'right' },
  { title: texts.peers.columns.up, text: each => formatRate(each.uploadBytesPerSecond), align: 'right' },
  {
    title: texts.peers.columns.downloaded,
    text: ({ downloadedBytes }) => formatBytes(downloadedBytes),
    align: 'right',
    rank: 5,
  },
  {
    title: texts.peers.columns.uploaded,
    text: ({ uploadedBytes }) => formatBytes(uploadedBytes),
    align: 'right',
    rank: 5,
  },
]

const SOURCE_COLUMNS: Column<SourceShare>[] = [
  { title: texts.sources.source, text: ({ kind }) => texts.sources.kinds[kind] },
  { title: texts.sources.connected, text: ({ sources }) => String(sources), align: 'right' },
  { title: texts.peers.columns.down, text: each => formatRate(each.downloadBytesPerSecond), align: 'right' },
  {
    title: texts.peers.columns.downloaded,
    text: ({ downloadedBytes }) => formatBytes(downloadedBytes),
    align: 'right',
  },
]

const KNOWN_COLUMNS: Column<KnownPeer>[] = [
  { title: texts.peers.columns.host, text: ({ host }) => host, least: 15 },
  { title: texts.peers.columns.client, text: ({ client }) => client, least: 8, rank: 2 },
  { title: texts.peers.columns.score, text: ({ score }) => formatNumber(score, 2), align: 'right' },
  {
    title: texts.peers.columns.downloaded,
    text: ({ downloadedBytes }) => formatBytes(downloadedBytes),
    align: 'right',
  },
  {
    title: texts.peers.columns.uploaded,
    text: ({ uploadedBytes }) => formatBytes(uploadedBytes),
    align: 'right',
  },
  {
    title: texts.peers.columns.wasted,
    text: ({ wastedBytes }) => formatBytes(wastedBytes),
    align: 'right',
    rank: 3,
  },
  { title: texts.peers.columns.lastSeen, text: ({ lastSeenMs }) => formatTime(lastSeenMs), rank: 1 },
]

/** Flags as in other clients, in upper case for active transfers. */
export function formatFlags(peer: Peer): string {
  return [
    peer.amInterested ? (peer.peerChoking ? 'd' : 'D') : '',
    peer.peerInterested ? (peer.amChoking ? 'u' : 'U') : '',
    peer.incoming ? 'I' : '',
    peer.encrypted ? 'E' : '',
    peer.snubbed ? 'S' : '',
    peer.holePunched ? 'h' : '',
    peer.networkKey === null ? '' : 'K',
    peer.hasFastLane ? 'F' : '',
  ].join('')
}
