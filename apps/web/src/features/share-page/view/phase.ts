import type { ShareLink } from '@shoal/links'
import type { DiscoverySnapshot, TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'

/** How far a share is, as a person sees it. */
export type Phase =
  | 'starting'
  /** Its content is not known yet. */
  | 'looking'
  /** It is known, and nothing of it is asked for. */
  | 'offered'
  /** The same, and nobody who has anything that is missing is there. */
  | 'absent'
  | 'checking'
  | 'downloading'
  /** Something is missing, and nobody who has it is there. */
  | 'waiting'
  | 'paused'
  | 'complete'
  | 'error'

/** `detail` says which pieces have arrived, and whether anybody who is connected has others. */
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

/** Whether anybody has something that is missing here: a web server, or a peer, which may be a page that waits for the same. */
function hasSource({ magnet, peers, seeds }: TorrentSnapshot, detail: TorrentDetail | null): boolean {
  if (seeds > 0 || magnet.includes('&ws=')) return true
  if (peers === 0 || !detail) return peers > 0
  // BEP 3: the first piece is the highest bit.
  return detail.availability.some(
    (count, piece) => count > 0 && !((detail.have[piece >> 3]! << (piece & 7)) & 128),
  )
}

/** Why nobody is found, where the trackers are why: the name of one that fails, or that there are none. A link that names peers needs none. */
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

/** Also while it is tried again. */
const isFailing = ({ state, error }: DiscoverySnapshot) =>
  state === 'failed' || (state === 'working' && error !== null)
const isWebSocket = ({ kind, name }: DiscoverySnapshot) => kind === 'tracker' && !/^(udp|https?):/i.test(name)
