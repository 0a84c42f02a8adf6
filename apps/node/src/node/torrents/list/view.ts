/** A managed torrent as the API shows it. */
import type { RemovedTorrent, Torrent, TorrentDetail, TorrentFile, TorrentState, Tracker } from '@shoal/api'
import { whyOf, withReason } from '@shoal/api/reasons'
import {
  type TorrentFile as EngineFile,
  infoHashText,
  type TorrentApi,
  type TorrentDiscovery,
  type TorrentStats,
  torrentCid,
  trackerLabel,
} from '@shoal/torrent'
import { mediaType } from '../../../base/files/media-type.ts'
import { createSealedLink, createShareLink, linkedPeers, sharePage } from '../../../base/share-link.ts'
import type { Reach } from '../../kernel/reach.ts'
import type { Facets } from '../records/facets.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'

/** Short, but unique. */
export function removedView({ api: { infoHashes }, row, name }: ManagedTorrent): RemovedTorrent {
  return { id: row.id, name, ...hashMembers(infoHashes) }
}

function hashMembers({ v1, v2 }: TorrentApi['infoHashes']): Pick<Torrent, 'infoHashV1' | 'infoHashV2'> {
  return {
    infoHashV1: v1 ? infoHashText({ v1 }) : null,
    infoHashV2: v2 ? infoHashText({ v2 }) : null,
  }
}

export function torrentView(torrent: ManagedTorrent, queuePosition: number | null, facets: Facets): Torrent {
  const { api, row } = torrent
  const { stats, infoHashes, metainfo } = api
  const state = toState(torrent, stats)
  return facets.addRow(torrent, {
    id: row.id,
    ...hashMembers(infoHashes),
    contentId: torrentCid(infoHashes),
    name: torrent.name,
    diskName: torrent.diskName,
    state,
    // The engine does not know about queue and moves.
    reason: state === stats.state ? stats.reason : null,
    error:
      stats.state === 'error'
        ? withReason({ code: stats.errorCode ?? 'stopped', message: stats.error ?? 'it stopped' })
        : null,
    progress: stats.progress,
    totalBytes: metainfo?.info.lengthBytes ?? null,
    wantedBytes: metainfo ? stats.wantedBytes : null,
    haveBytes: stats.haveBytes,
    downloadBytesPerSecond: Math.round(stats.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(stats.uploadBytesPerSecond),
    downloadedBytes: stats.downloadedBytes,
    uploadedBytes: stats.uploadedBytes,
    ratio: computeRatio(stats),
    etaSeconds: stats.etaSeconds === null ? null : Math.round(stats.etaSeconds),
    peers: stats.peers,
    seeds: stats.seeds,
    swarmSeeds: torrent.swarmSeeds,
    swarmLeeches: torrent.swarmLeeches,
    trackerHosts: torrent.trackerHosts,
    trackersFail: stats.trackersFail,
    label: row.label,
    tags: [...row.tags],
    directory: api.directory,
    fileCount: metainfo ? api.files.length : null,
    private: metainfo?.info.private ?? false,
    sealed: torrent.sealed,
    sequential: api.sequential,
    superSeeding: api.superSeeding,
    firstLastFirst: api.firstLastFirst,
    queuePosition,
    addedMs: row.addedMs,
    completedMs: row.completedMs,
    activeMs: row.activeMs,
  })
}

function toState({ row, moving, queued }: ManagedTorrent, stats: TorrentStats): TorrentState {
  if (moving) return 'moving'
  if (stats.state === 'error') return 'error'
  if (row.paused) return stats.wantedBytes > 0 && stats.haveBytes >= stats.wantedBytes ? 'complete' : 'paused'
  if (queued || stats.state === 'paused' || stats.state === 'closed') return 'queued'
  return stats.state
}

/**
 * Ratio of uploaded to downloaded bytes. Content that existed from the start counts as downloaded.
 * Null if nothing was downloaded.
 */
function computeRatio({
  uploadedBytes,
  downloadedBytes,
  haveBytes,
}: Pick<TorrentStats, 'uploadedBytes' | 'downloadedBytes' | 'haveBytes'>): number | null {
  const taken = Math.max(downloadedBytes, haveBytes)
  return taken === 0 ? null : uploadedBytes / taken
}

export function torrentDetail(
  torrent: ManagedTorrent,
  queuePosition: number | null,
  facets: Facets,
  { network, now }: Pick<Reach, 'network' | 'now'>,
): TorrentDetail {
  torrent.observe(Date.now())
  const { api, row, sessionBytes } = torrent
  const { metainfo, limits } = api
  const map = metainfo && api.pieces()
  const link = torrent.seal
    ? createSealedLink(api, torrent.seal.seal, sharePage(network), linkedPeers(api, network))
    : createShareLink(api, network)
  return facets.addDetail(torrent, {
    ...torrentView(torrent, queuePosition, facets),
    magnet: api.magnet,
    link,
    audience: link === null ? null : now.audience,
    version: metainfo?.info.version ?? null,
    comment: metainfo?.comment ?? null,
    createdBy: metainfo?.createdBy ?? null,
    createdMs: metainfo?.creationDate === undefined ? null : metainfo.creationDate * 1000,
    pieceCount: map?.count ?? null,
    pieceLengthBytes: metainfo?.info.pieceLengthBytes ?? null,
    wastedBytes: api.stats.wastedBytes,
    webSeeds: [...api.webSeeds],
    sourcesOff: [...api.sourcesOff],
    changedFiles: [...api.stats.changedFiles],
    downloadLimitBytesPerSecond: toLimit(limits.downloadBytesPerSecond),
    uploadLimitBytesPerSecond: toLimit(limits.uploadBytesPerSecond),
    downloadingSeconds: Math.round(row.downloadingSeconds),
    seedingSeconds: Math.round(row.seedingSeconds),
    sessionDownloadedBytes: sessionBytes.downloadedBytes,
    sessionUploadedBytes: sessionBytes.uploadedBytes,
    seenCompleteMs: torrent.seenCompleteMs ?? row.completedMs,
    source: row.source,
    forced: row.forced,
  })
}

function toLimit(bytesPerSecond: number): number | null {
  return Number.isFinite(bytesPerSecond) ? Math.max(1, Math.round(bytesPerSecond)) : null
}

export function fileView(
  torrent: ManagedTorrent,
  file: EngineFile,
  registry: Pick<TorrentRegistry, 'findApi'>,
): TorrentFile {
  const path = file.storedPath.join('/')
  return {
    index: file.index,
    path,
    lengthBytes: file.lengthBytes,
    haveBytes: file.haveBytes,
    priority: file.priority,
    copies: file.copies.flatMap(copy => {
      const other = registry.findApi(copy.torrent)
      return other
        ? { id: other.id, name: other.name, path: copy.path.join('/'), takenBytes: copy.takenBytes }
        : []
    }),
    mediaType: mediaType(path),
    href: `/files/${torrent.id}/${file.storedPath.map(encodeURIComponent).join('/')}`,
  }
}

/** All trackers and other sources. A paused torrent lists its trackers too. */
export function trackersView(api: Pick<TorrentApi, 'discovery' | 'trackers'>): Tracker[] {
  const asked = api.discovery()
  const urls = new Set(asked.map(({ url }) => url))
  const resting = api.trackers.flatMap((tier, at) =>
    tier.filter(url => !urls.has(url)).map(url => restingTracker(url, at)),
  )
  return [...merged(asked.map(trackerView)), ...resting]
}

/** States, most informative first. */
const TELLING = ['ok', 'working', 'failed', 'idle'] as const

/** A hybrid torrent is announced under both of its hashes, but users see one tracker. */
function merged(trackers: readonly Tracker[]): Tracker[] {
  const found = new Map<string, Tracker>()
  for (const tracker of trackers) {
    const key = `${tracker.kind} ${tracker.tier} ${tracker.announce ?? tracker.url}`
    const other = found.get(key)
    const isBetter = !other || TELLING.indexOf(tracker.state) < TELLING.indexOf(other.state)
    const [first, second] = isBetter ? [tracker, other] : [other, tracker]
    found.set(key, second ? withCounts(first, second) : first)
  }
  return [...found.values()]
}

function withCounts(tracker: Tracker, other: Tracker): Tracker {
  const more = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))
  return {
    ...tracker,
    peers: Math.max(tracker.peers, other.peers),
    seeds: more(tracker.seeds, other.seeds),
    leeches: more(tracker.leeches, other.leeches),
    downloads: more(tracker.downloads, other.downloads),
  }
}

function restingTracker(url: string, tier: number): Tracker {
  const status = { kind: 'tracker', label: trackerLabel(url), url, tier, state: 'idle', peers: 0 } as const
  return trackerView({ ...status, hash: 'v1' })
}

function trackerView(status: TorrentDiscovery): Tracker {
  const { label, kind, tier, state, message, peers, seeds, leeches, downloads } = status
  const { lastAnnounceSeconds, nextAnnounceSeconds } = status
  return {
    url: label,
    ...(status.url !== undefined && { announce: status.url }),
    kind,
    tier: tier ?? null,
    state,
    message: message ?? null,
    ...whyOf(message),
    peers,
    seeds: seeds ?? null,
    leeches: leeches ?? null,
    downloads: downloads ?? null,
    lastAnnounceMs:
      lastAnnounceSeconds === undefined ? null : Math.round(Date.now() / 1000 - lastAnnounceSeconds) * 1000,
    nextAnnounceSeconds:
      nextAnnounceSeconds === undefined ? null : Math.max(0, Math.round(nextAnnounceSeconds)),
  }
}
