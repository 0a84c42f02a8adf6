import type { TorrentDetail } from '@shoal/api'
import { rateLimitText } from '../../base/limits.ts'
import { count, formatBytes, formatDuration, formatPercent, formatRate } from '../../base/text/format.ts'
import { formatTime } from '../../base/text/time.ts'
import { absoluteLink, HERE_ONLY, opensHereOnly } from '../client/absolute-link.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { torrentPath } from '../client/torrent-path.ts'
import { defineCommand } from '../command.ts'
import { printFacts } from '../terminal/print.ts'

export const show = defineCommand({
  about: [
    'The link opens in any browser; the magnet link is for BitTorrent programs. The link of a sealed share was shown when it was sealed; its magnet link opens nothing.',
  ],
  positionals: [TORRENT],
  options: NODE_OPTIONS,
  examples: [['show film', 'Shows the torrent with "film" in its name, with its links']],
  async run([word], options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const known = await api.getTorrent({ id: await torrentId(api, word!) })
    const torrent = { ...known, link: absoluteLink(known.link, address.url) }
    if (output.json) return output.object(torrent)
    printFacts(output, factsOf(torrent))
    if (torrent.link !== null && opensHereOnly(torrent.link)) output.line(HERE_ONLY)
  },
})

function factsOf(torrent: TorrentDetail): (readonly [string, string | null])[] {
  const maybe = <T>(value: T | null, text: (value: T) => string) => (value === null ? null : text(value))
  return [
    ['Name', torrent.name],
    ['State', torrent.error ? `${torrent.state}: ${torrent.error.message}` : torrent.state],
    ['Done', `${formatPercent(torrent.progress)}, ${formatBytes(torrent.haveBytes)}`],
    ['Size', maybe(torrent.totalBytes, bytes => sizeText(torrent, bytes))],
    ['Left', maybe(torrent.etaSeconds, formatDuration)],
    ['Down', transferText(torrent.downloadBytesPerSecond, torrent.downloadedBytes)],
    ['Up', transferText(torrent.uploadBytesPerSecond, torrent.uploadedBytes)],
    ['Ratio', maybe(torrent.ratio, ratio => ratio.toFixed(3))],
    ['Wasted', torrent.wastedBytes > 0 ? formatBytes(torrent.wastedBytes) : null],
    ['Peers', peersText(torrent)],
    ['Limits', limitsText(torrent)],
    ['Label', torrent.label],
    ['Tags', torrent.tags.join(', ') || null],
    ['Path', torrentPath(torrent)],
    ['Queue', maybe(torrent.queuePosition, String)],
    ['Added', formatTime(torrent.addedMs)],
    ['Completed', maybe(torrent.completedMs, formatTime)],
    ['Time seeding', torrent.seedingSeconds > 0 ? formatDuration(torrent.seedingSeconds) : null],
    ['Order', torrent.sequential ? 'sequential' : null],
    ['Private', torrent.private ? 'yes' : null],
    ['Version', torrent.version],
    [
      'Pieces',
      maybe(torrent.pieceCount, pieces => `${pieces} of ${(torrent.pieceLengthBytes ?? 0) / 1024} KiB`),
    ],
    ['Comment', torrent.comment],
    ['Created by', torrent.createdBy],
    ['Created', maybe(torrent.createdMs, formatTime)],
    ['Source', torrent.source],
    ['Web seeds', torrent.webSeeds.join(' ') || null],
    ['Info hash v1', torrent.infoHashV1],
    ['Info hash v2', torrent.infoHashV2],
    ['Content ID', torrent.contentId],
    ['Sealed', torrent.sealed ? 'yes: its link was shown when it was sealed' : null],
    ['Link', torrent.link],
    ['Magnet link', torrent.magnet],
  ]
}

function sizeText({ wantedBytes, fileCount }: TorrentDetail, bytes: number): string {
  const files = fileCount === null ? '' : `, ${count(fileCount, 'file')}`
  const wanted = wantedBytes === null || wantedBytes === bytes ? '' : `, ${formatBytes(wantedBytes)} wanted`
  return `${formatBytes(bytes)} (${bytes} bytes)${files}${wanted}`
}

function transferText(bytesPerSecond: number, bytes: number): string {
  return `${formatRate(bytesPerSecond)}, ${formatBytes(bytes)} in all`
}

function peersText({ peers, seeds, swarmSeeds, swarmLeeches }: TorrentDetail): string {
  const swarm =
    swarmSeeds === null && swarmLeeches === null
      ? ''
      : `; trackers know ${swarmSeeds ?? '?'} seeds and ${swarmLeeches ?? '?'} others`
  return `${count(peers, 'connected peer')}, ${count(seeds, 'seed')}${swarm}`
}

/** Null where none is its own. */
export function limitsText(torrent: TorrentDetail): string | null {
  const { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up } = torrent
  const { ratioLimit, seedingTimeLimitMinutes: minutes } = torrent
  const parts = [
    ...(down === null ? [] : [`down ${rateLimitText(down)}`]),
    ...(up === null ? [] : [`up ${rateLimitText(up)}`]),
    ...(ratioLimit === null ? [] : [ratioLimit === 0 ? 'at any ratio' : `until ratio ${ratioLimit}`]),
    ...(minutes === null ? [] : [minutes === 0 ? 'forever' : `for ${formatDuration(minutes * 60)}`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}
