import type { NodeStats, Settings, Torrent } from '@shoal/api'
import { listAllFiles, type TorrentFacts } from '@shoal/node/node/server/compat/detail-cache.ts'
import { findDisk } from '@shoal/node/node/server/compat/disk.ts'
import { realTrackers } from '@shoal/node/node/server/compat/real-trackers.ts'
import { allTorrents, hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { reads, type WebContext, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { isQueueing } from './preferences.ts'
import { chosenOne } from './select.ts'
import { toInfo } from './torrent-info.ts'
import { peerAddress, peerView } from './torrent-parts.ts'
import { allTags, categories } from './torrents-labels.ts'
import { infoDictionary } from './torrents-read.ts'
import { transferInfo } from './transfer.ts'

export const SYNC_METHODS: WebMethods = {
  'sync/maindata': reads(async (params, context) => {
    const memory = context.memories.of(context.client, 'maindata')
    return memory.answer(readRid(params), await mainData(context), [
      'torrents',
      'categories',
      'tags',
      'trackers',
    ])
  }),
  'sync/torrentPeers': reads(async (params, context) => {
    const torrent = await chosenOne(params, context)
    const memory = context.memories.of(context.client, `peers ${torrent.id}`)
    return memory.answer(readRid(params), await peerData(torrent, context), ['peers'])
  }),
}

function readRid(params: Params): number {
  return Math.trunc(params.number('rid') ?? 0)
}

async function mainData(context: WebContext) {
  const { call, facts } = context
  const rows = await allTorrents(call)
  facts.keepOnly(rows)
  const known = await facts.of(rows, { fresh: false })
  const [settings, stats] = await Promise.all([call('getSettings', {}), call('getStats', {})])
  return {
    categories: await categories(call),
    server_state: serverState(settings, stats),
    tags: await allTags(context),
    torrents: torrentTable(known, settings),
    trackers: trackerTable(known),
  }
}

function torrentTable(known: readonly TorrentFacts[], settings: Settings) {
  return Object.fromEntries(
    known.map(facts => {
      const { hash, ...info } = toInfo(facts, settings)
      return [hash, info] as const
    }),
  )
}

/** Returns hashes by the URL of their tracker. */
function trackerTable(known: readonly TorrentFacts[]): Record<string, string[]> {
  const table = new Map<string, string[]>()
  for (const { detail, trackers } of known)
    for (const { url } of realTrackers(trackers)) {
      const hashes = table.get(url)
      if (hashes) hashes.push(hash40(detail))
      else table.set(url, [hash40(detail)])
    }
  return Object.fromEntries(table)
}

/** Caches and queues are unknown, and shown as empty. */
function serverState(settings: Settings, stats: NodeStats) {
  const { downloadedBytes, uploadedBytes } = stats.allTime
  return {
    ...transferInfo(stats),
    alltime_dl: downloadedBytes,
    alltime_ul: uploadedBytes,
    average_time_queue: 0,
    free_space_on_disk: findDisk(stats.disk, settings.downloads.directory)?.freeBytes ?? 0,
    global_ratio: downloadedBytes > 0 ? (uploadedBytes / downloadedBytes).toFixed(2) : '-',
    queued_io_jobs: 0,
    queueing: isQueueing(settings.queue),
    read_cache_hits: '0',
    read_cache_overload: '0',
    refresh_interval: 1500,
    total_buffers_size: 0,
    total_peer_connections: Object.values(stats.connections).reduce((sum, count) => sum + count, 0),
    total_queued_size: 0,
    total_wasted_session: 0,
    use_alt_speed_limits: settings.limits.alternative,
    use_subcategories: false,
    write_cache_overload: '0',
  }
}

/** Peers of a torrent with more files do not show which one they are sending: clients poll. */
const MOST_FILES = 2000

async function peerData(torrent: Torrent, context: WebContext) {
  const { items } = await context.call('listPeers', { id: torrent.id })
  const peers = items.filter(({ kind }) => kind !== 'webseed')
  const isAsked = peers.some(({ piece }) => piece !== null) && (torrent.fileCount ?? 0) <= MOST_FILES
  const filesOf = isAsked ? await filesByPiece(torrent, context) : () => []
  return {
    peers: Object.fromEntries(peers.map(peer => [peerAddress(peer), peerView(peer, filesOf)])),
    show_flags: peers.some(({ country }) => country !== null),
  }
}

async function filesByPiece(torrent: Torrent, context: WebContext): Promise<(piece: number) => string[]> {
  const info = await infoDictionary(torrent, context)
  if (!info) return () => []
  const { pieceLengthBytes } = info
  const real = info.files.filter(({ pad }) => !pad)
  const all = await listAllFiles(context.call, torrent.id)
  return piece =>
    real.flatMap(({ offsetBytes, lengthBytes }, index) => {
      const isIn =
        offsetBytes < (piece + 1) * pieceLengthBytes && offsetBytes + lengthBytes > piece * pieceLengthBytes
      return isIn && all[index] ? [all[index].path] : []
    })
}
