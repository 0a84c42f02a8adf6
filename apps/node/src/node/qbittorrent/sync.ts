import type { NodeStats, Settings, Torrent } from '@shoal/api'
import type { TorrentFacts } from '../server/compat/detail-cache.ts'
import { findDisk } from '../server/compat/disk.ts'
import { realTrackers } from '../server/compat/real-trackers.ts'
import { allTorrents, hash40 } from '../server/compat/torrent-finder.ts'
import { reads, type WebContext, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { isQueueing } from './preferences.ts'
import { chosenOne } from './select.ts'
import { toInfo } from './torrent-info.ts'
import { peerView } from './torrent-parts.ts'
import { allTags, categories } from './torrents-labels.ts'
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

/** Caches and queues are not known here: they are shown as empty. */
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

async function peerData({ id }: Torrent, { call }: WebContext) {
  const { items } = await call('listPeers', { id })
  const peers = items.filter(({ kind }) => kind !== 'webseed')
  return {
    peers: Object.fromEntries(peers.map(peer => [peer.address, peerView(peer)])),
    show_flags: peers.some(({ country }) => country !== null),
  }
}
