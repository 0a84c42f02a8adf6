import type { SourceShare, TorrentDetail } from '@shoal/api'
import { absoluteLink, audienceText, linkAudience } from '../client/absolute-link.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { roomOf, roomText } from '../client/share-room.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { torrentPath } from '../client/torrent-path.ts'
import { explainState, explainUnshared, stateText } from '../client/torrent-state.ts'
import { defineCommand } from '../command.ts'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  formatRateLimit,
  formatTime,
} from '../format.ts'
import { printFacts } from '../terminal/print.ts'
import { texts } from '../texts.ts'
import { kindsText } from './peers.ts'

export const show = defineCommand({
  about: texts.show.about,
  positionals: [TORRENT],
  options: NODE_OPTIONS,
  examples: [['show film', texts.show.example]],
  async run([word], options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const known = await api.getTorrent({ id: await torrentId(api, word!) })
    const torrent = {
      ...known,
      link: absoluteLink(known.link, address.url),
      audience: linkAudience(known, address.url),
    }
    const { items: sources } = await api.listSources({ id: known.id })
    const room = await roomOf(api, known.id)
    if (output.json) return output.object({ ...torrent, sources, room: room?.id ?? null })
    const trackers = known.reason === 'tracker-error' ? await api.listTrackers({ id: known.id }) : null
    printFacts(output, [
      ...listFacts(torrent, explainState(known, trackers?.items), sources),
      [texts.show.rows.room, room && roomText(room)],
    ])
    const unshared = explainUnshared(known)
    if (unshared !== null) output.line(unshared)
    if (torrent.audience === 'machine') output.line(audienceText(torrent.audience))
  },
})

function listFacts(
  torrent: TorrentDetail,
  why: string | null,
  sources: readonly SourceShare[],
): (readonly [string, string | null])[] {
  const maybe = <T>(value: T | null, text: (value: T) => string) => (value === null ? null : text(value))
  return [
    [texts.show.rows.name, torrent.name],
    [texts.show.rows.state, stateText(torrent)],
    [texts.show.rows.why, why],
    [texts.show.rows.done, `${formatPercent(torrent.progress)}, ${formatBytes(torrent.haveBytes)}`],
    [texts.show.rows.size, maybe(torrent.totalBytes, bytes => sizeText(torrent, bytes))],
    [texts.show.rows.left, maybe(torrent.etaSeconds, formatDuration)],
    [texts.show.rows.down, transferText(torrent.downloadBytesPerSecond, torrent.downloadedBytes)],
    [texts.show.rows.up, transferText(torrent.uploadBytesPerSecond, torrent.uploadedBytes)],
    [texts.sources.sources, sourcesText(sources)],
    [texts.sources.switchedOff, kindsText(torrent.sourcesOff) || null],
    [texts.show.rows.ratio, maybe(torrent.ratio, ratio => formatNumber(ratio, 3))],
    [texts.show.rows.changed, torrent.changedFiles.join(', ') || null],
    [texts.show.rows.wasted, torrent.wastedBytes > 0 ? formatBytes(torrent.wastedBytes) : null],
    [texts.show.rows.peers, peersText(torrent)],
    [texts.show.rows.limits, limitsText(torrent)],
    [texts.show.rows.label, torrent.label],
    [texts.show.rows.tags, torrent.tags.join(', ') || null],
    [texts.show.rows.path, torrentPath(torrent)],
    [texts.show.rows.queue, maybe(torrent.queuePosition, String)],
    [texts.show.rows.added, formatTime(torrent.addedMs)],
    [texts.show.rows.completed, maybe(torrent.completedMs, formatTime)],
    [texts.show.rows.seedingTime, torrent.seedingSeconds > 0 ? formatDuration(torrent.seedingSeconds) : null],
    [texts.show.rows.superSeeding, torrent.superSeeding ? texts.show.superSeeding : null],
    [texts.show.rows.order, torrent.sequential ? texts.show.sequential : null],
    [texts.show.rows.private, torrent.private ? texts.show.yes : null],
    [texts.show.rows.version, torrent.version],
    [
      texts.show.rows.pieces,
      maybe(torrent.pieceCount, count =>
        texts.show.pieces({ count, size: `${(torrent.pieceLengthBytes ?? 0) / 1024} KiB` }),
      ),
    ],
    [texts.show.rows.comment, torrent.comment],
    [texts.show.rows.createdBy, torrent.createdBy],
    [texts.show.rows.created, maybe(torrent.createdMs, formatTime)],
    [texts.show.rows.source, torrent.source],
    [texts.show.rows.webSeeds, torrent.webSeeds.join(' ') || null],
    [texts.show.rows.infoHashV1, torrent.infoHashV1],
    [texts.show.rows.infoHashV2, torrent.infoHashV2],
    [texts.show.rows.contentId, torrent.contentId],
    [texts.show.rows.sealed, torrent.sealed ? texts.show.yes : null],
    [texts.show.rows.link, torrent.link],
    [texts.show.rows.audience, torrent.audience && texts.add.audience[torrent.audience]],
    [texts.show.rows.magnet, torrent.magnet],
  ]
}

/** `TCP 12 MB, web seed 3 MB`; null if nothing was received since the node started. */
function sourcesText(sources: readonly SourceShare[]): string | null {
  const given = sources.filter(({ downloadedBytes }) => downloadedBytes > 0)
  const texted = given.map(
    ({ kind, downloadedBytes }) => `${texts.sources.kinds[kind]} ${formatBytes(downloadedBytes)}`,
  )
  return texted.join(', ') || null
}

function sizeText({ wantedBytes, fileCount }: TorrentDetail, bytes: number): string {
  return [
    texts.show.bytes({ size: formatBytes(bytes), bytes }),
    ...(fileCount === null ? [] : [texts.format.files({ count: fileCount })]),
    ...(wantedBytes === null || wantedBytes === bytes
      ? []
      : [texts.show.wanted({ size: formatBytes(wantedBytes) })]),
  ].join(', ')
}

function transferText(bytesPerSecond: number, bytes: number): string {
  return texts.show.transfer({ rate: formatRate(bytesPerSecond), size: formatBytes(bytes) })
}

function peersText({ peers, seeds, swarmSeeds, swarmLeeches }: TorrentDetail): string {
  const swarm =
    swarmSeeds === null && swarmLeeches === null
      ? ''
      : `; ${texts.show.swarm({ seeds: swarmSeeds ?? '?', leeches: swarmLeeches ?? '?' })}`
  return `${texts.show.connected({ count: peers })}, ${texts.format.seeds({ count: seeds })}${swarm}`
}

/** Returns null if the torrent has no own limits. */
export function limitsText(torrent: TorrentDetail): string | null {
  const { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up } = torrent
  const { ratioLimit, seedingTimeLimitMinutes: minutes } = torrent
  const parts = [
    ...(down === null ? [] : [texts.show.limitDown({ rate: formatRateLimit(down) })]),
    ...(up === null ? [] : [texts.show.limitUp({ rate: formatRateLimit(up) })]),
    ...(ratioLimit === null
      ? []
      : [ratioLimit === 0 ? texts.show.anyRatio : texts.show.untilRatio({ ratio: ratioLimit })]),
    ...(minutes === null
      ? []
      : [minutes === 0 ? texts.show.forever : texts.show.forTime({ time: formatDuration(minutes * 60) })]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}
