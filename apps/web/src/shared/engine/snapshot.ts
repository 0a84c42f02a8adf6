import { infoHashText, type PieceMap, type TorrentApi } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import type { DiscoverySnapshot, FileSnapshot, TorrentDetail, TorrentSnapshot } from './protocol.ts'

export function idOf(torrent: Pick<TorrentApi, 'infoHashes'>): string {
  return infoHashText(torrent.infoHashes)
}

export function toSnapshot(torrent: TorrentApi, origin: TorrentSnapshot['origin']): TorrentSnapshot {
  const { stats, infoHashes, metainfo } = torrent
  const { v1, v2 } = infoHashes
  const { error, errorCode, wastedBytes: _, changedFiles: __, trackersFail: ___, ...numbers } = stats
  return {
    ...numbers,
    id: idOf(torrent),
    infoHashes: { ...(v1 && { v1: hex(v1) }), ...(v2 && { v2: hex(v2) }) },
    name: torrent.name,
    magnet: torrent.magnet,
    error: error === undefined ? null : { code: errorCode ?? 'io', message: error },
    origin,
    isComplete: torrent.isComplete,
    paused: torrent.paused,
    sequential: torrent.sequential,
    isPrivate: metainfo?.info.private ?? false,
    lengthBytes: metainfo?.info.lengthBytes ?? 0,
    fileCount: torrent.files.length,
    pieceCount: pieceCountOf(torrent),
    pieceLengthBytes: metainfo?.info.pieceLengthBytes ?? 0,
    addedMs: torrent.addedMs,
  }
}

function pieceCountOf({ metainfo }: TorrentApi): number {
  const last = metainfo?.info.files.at(-1)
  return last ? Math.ceil((last.offsetBytes + last.lengthBytes) / metainfo!.info.pieceLengthBytes) : 0
}

export function toDetail(torrent: TorrentApi, origin: TorrentSnapshot['origin']): TorrentDetail {
  const { have, availability }: PieceMap = torrent.pieces()
  return {
    torrent: toSnapshot(torrent, origin),
    files: torrent.files.map(
      ({ index, currentPath, lengthBytes, haveBytes, priority, diskPath }): FileSnapshot => ({
        index,
        path: currentPath,
        lengthBytes,
        haveBytes,
        priority,
        storedPath: diskPath,
      }),
    ),
    connected: torrent.peers(),
    discovery: torrent.discovery().map(
      ({ kind, label, state, message }): DiscoverySnapshot => ({
        kind,
        name: label,
        state,
        error: message ?? null,
      }),
    ),
    have,
    availability,
  }
}

/**
 * Returns whether pages must be notified. Both snapshots are flat except for `infoHashes`, which
 * only grow, and `error`.
 */
export function differs(before: TorrentSnapshot | undefined, now: TorrentSnapshot): boolean {
  if (!before || before.error?.message !== now.error?.message) return true
  if (Object.keys(before.infoHashes).length !== Object.keys(now.infoHashes).length) return true
  const keys = Object.keys(now) as (keyof TorrentSnapshot)[]
  return keys.some(key => typeof now[key] !== 'object' && before[key] !== now[key])
}
