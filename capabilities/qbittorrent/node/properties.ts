import type { PieceMap, Settings, TorrentDetail, Tracker } from '@shoal/api'
import { hasPiece } from '@shoal/node/node/server/compat/pieces.ts'
import { hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { limitsInEffect, nextAnnounce, seconds, toEta } from './torrent-info.ts'

/** torrents/properties: one torrent in detail. -1 for unknown values. */
export function torrentProperties(
  detail: TorrentDetail,
  trackers: readonly Tracker[],
  map: PieceMap | null,
  settings: Pick<Settings, 'network' | 'seeding'>,
) {
  const active = Math.round(detail.downloadingSeconds + detail.seedingSeconds)
  return {
    addition_date: seconds(detail.addedMs, -1),
    comment: detail.comment ?? '',
    completion_date: seconds(detail.completedMs, -1),
    created_by: detail.createdBy ?? '',
    creation_date: seconds(detail.createdMs, -1),
    dl_limit: detail.downloadLimitBytesPerSecond ?? -1,
    dl_speed: Math.round(detail.downloadBytesPerSecond),
    dl_speed_avg: average(detail.downloadedBytes, detail.downloadingSeconds),
    download_path: '',
    eta: toEta(detail, limitsInEffect(detail, settings.seeding)),
    has_metadata: detail.fileCount !== null,
    hash: hash40(detail),
    infohash_v1: detail.infoHashV1 ?? '',
    infohash_v2: detail.infoHashV2 ?? '',
    is_private: detail.private,
    last_seen: seconds(detail.seenCompleteMs, -1),
    name: detail.name,
    nb_connections: detail.peers,
    nb_connections_limit: settings.network.maxConnectionsPerTorrent,
    peers: Math.max(0, detail.peers - detail.seeds),
    peers_total: detail.swarmLeeches ?? Math.max(0, detail.peers - detail.seeds),
    piece_size: detail.pieceLengthBytes ?? -1,
    pieces_have: map ? countPieces(map) : 0,
    pieces_num: map?.count ?? -1,
    private: detail.fileCount === null ? null : detail.private,
    progress: detail.progress,
    reannounce: nextAnnounce(trackers),
    save_path: detail.directory,
    seeding_time: Math.round(detail.seedingSeconds),
    seeds: detail.seeds,
    seeds_total: detail.swarmSeeds ?? detail.seeds,
    share_ratio: detail.ratio ?? 0,
    time_elapsed: active,
    total_downloaded: detail.downloadedBytes,
    total_downloaded_session: detail.sessionDownloadedBytes,
    total_size: detail.totalBytes ?? -1,
    total_uploaded: detail.uploadedBytes,
    total_uploaded_session: detail.sessionUploadedBytes,
    total_wasted: detail.wastedBytes,
    up_limit: detail.uploadLimitBytesPerSecond ?? -1,
    up_speed: Math.round(detail.uploadBytesPerSecond),
    up_speed_avg: average(detail.uploadedBytes, active),
  }
}

/** As qBittorrent computes it: negative before the first second. */
function average(bytes: number, duringSeconds: number): number {
  return Math.trunc(bytes / (Math.round(duringSeconds) || -1)) + 0
}

function countPieces({ count, have }: PieceMap): number {
  const bits = Buffer.from(have, 'base64')
  let found = 0
  for (let piece = 0; piece < count; piece++) if (hasPiece(bits, piece)) found++
  return found
}
