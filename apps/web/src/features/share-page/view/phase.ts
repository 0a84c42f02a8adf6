import type { ShareLink } from '@shoal/links'
import type { DiscoverySnapshot, TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'

/** The progress of a share from the user's point of view. */
export type Phase =
  | 'starting'
  /** The content is not known yet. */
  | 'looking'
  /** The content is known, and nothing has been requested. */
  | 'offered'
  /** Like `offered`, but no source has any of the missing pieces. */
  | 'absent'
  | 'checking'
  | 'downloading'
  /** Pieces are missing, and no source has them. */
  | 'waiting'
  | 'paused'
  | 'complete'
  | 'error'

/** `detail` contains the pieces that have arrived, and those of connected peers. */
export function choosePhase(torrent: TorrentSnapshot | undefined, detail: TorrentDetail | null): Phase {
  if (!torrent) return 'starting'
  if (torrent.state === 'error') return 'error'
  if (torrent.fileCount === 0) return 'looking'
  if (torrent.state === 'checking') return 'checking'
  const isThere = hasSource(torrent, detail)
  if (torrent.wantedBytes === 0) {
    if (detail?.files.every(({ haveBytes, lengthBytes }) => haveBytes >= lengthBytes)) return 'complete'
    return isThere ? 'offered' : 'absent'
  }
  if (torrent.haveBytes >= torrent.wantedBytes) return 'complete'
  if (torrent.paused) return 'paused'
  return torrent.reason === 'stalled' || (!isThere && torrent.downloadBytesPerSecond === 0)
    ? 'waiting'
    : 'downloading'
}

export const missesPeers = (phase: Phase) => phase === 'looking' || phase === 'waiting' || phase === 'absent'

/**
 * Returns whether any source has a missing piece: a web server, or a peer, which may be a page that
 * waits for the same pieces.
 */
function hasSource({ magnet, peers, seeds }: TorrentSnapshot, detail: TorrentDetail | null): boolean {
  if (seeds > 0 || magnet.includes('&ws=')) return true
  if (peers === 0 || !detail) return peers > 0
  // BEP 3: the first piece is the highest bit.
  return detail.availability.some(
    (count, piece) => count > 0 && !((detail.have[piece >> 3]! << (piece & 7)) & 128),
  )
}

/**
 * Returns the tracker problem that explains why no peers are found: the name of a failing tracker,
 * or `none` without trackers. A link that names peers needs none.
 */
export function trackerTrouble(
  detail: TorrentDetail | null,
  { magnet }: ShareLink,
): { failed: string } | 'none' | null {
  if (!detail || detail.connected.length > 0) return null
  const usable = detail.discovery.filter(isWebSocket)
  if (usable.length === 0) return magnet.peers?.length ? null : 'none'
  const [first] = usable
  return usable.every(isFailing) ? { failed: first!.name } : null
}

/** Also true while the connection is retried. */
const isFailing = ({ state, error }: DiscoverySnapshot) =>
  state === 'failed' || (state === 'working' && error !== null)
const isWebSocket = ({ kind, name }: DiscoverySnapshot) => kind === 'tracker' && !/^(udp|https?):/i.test(name)
