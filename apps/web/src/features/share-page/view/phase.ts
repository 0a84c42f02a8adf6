import type { DiscoverySnapshot, TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'

/** How far a share is, as a person sees it. */
export type Phase =
  | 'starting'
  /** Its content is not known yet. */
  | 'looking'
  /** It is known, and nothing of it is asked for. */
  | 'offered'
  | 'checking'
  | 'downloading'
  /** Something is missing, and nobody who has it is there. */
  | 'waiting'
  | 'paused'
  | 'complete'
  | 'error'

/** `isHere`: all of it is, as where it was small and was looked into. */
export function choosePhase(torrent: TorrentSnapshot | undefined, isHere = false): Phase {
  if (!torrent) return 'starting'
  if (torrent.state === 'error') return 'error'
  if (torrent.fileCount === 0) return 'looking'
  if (torrent.state === 'checking') return 'checking'
  if (torrent.wantedBytes === 0) return isHere ? 'complete' : 'offered'
  if (torrent.haveBytes >= torrent.wantedBytes) return 'complete'
  if (torrent.paused) return 'paused'
  return torrent.peers === 0 && torrent.downloadBytesPerSecond === 0 ? 'waiting' : 'downloading'
}

/** Why nobody is found, where the trackers are why: the name of one that fails, or that there are none. */
export function trackerTrouble(detail: TorrentDetail | null): { failed: string } | 'none' | null {
  if (!detail || detail.connected.length > 0) return null
  const usable = detail.discovery.filter(isWebSocket)
  if (usable.length === 0) return 'none'
  const [first] = usable
  return usable.every(({ state }) => state === 'failed') ? { failed: first!.name } : null
}

const isWebSocket = ({ kind, name }: DiscoverySnapshot) => kind === 'tracker' && !/^(udp|https?):/i.test(name)
