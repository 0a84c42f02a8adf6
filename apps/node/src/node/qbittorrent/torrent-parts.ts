/** Files, trackers and peers of a torrent in qBittorrent's format. */
import type { Peer, Settings, Torrent, TorrentFile, Tracker } from '@shoal/api'
import { isComplete } from '../server/compat/detail-cache.ts'
import { parsePeerAddress } from '../server/compat/peer-address.ts'
import { realTrackers } from '../server/compat/real-trackers.ts'

/** 0 not wanted, 1 normal, 6 high, 7 highest. There is nothing below normal. */
export function toPriority(priority: number): number {
  return priority >= 6 ? priority : Math.min(1, priority)
}

/** Converts to Shoal's priority; null for values that qBittorrent does not have. */
export function fromPriority(priority: number): number | null {
  return { 0: 0, 1: 4, 6: 6, 7: 7 }[priority] ?? null
}

export function toFile(
  file: TorrentFile,
  torrent: Torrent,
  offsetBytes: number | undefined,
  pieceLengthBytes: number | undefined,
) {
  const { index, path, lengthBytes, haveBytes, priority } = file
  const range = (start: number, length: number) => {
    const last = Math.max(start, offsetBytes! + lengthBytes - 1)
    return [Math.floor(start / length), Math.floor(last / length)]
  }
  return {
    availability: -1,
    index,
    ...(index === 0 && { is_seed: isComplete(torrent) }),
    name: path,
    piece_range:
      offsetBytes === undefined || !pieceLengthBytes ? [0, 0] : range(offsetBytes, pieceLengthBytes),
    priority: toPriority(priority),
    progress: lengthBytes === 0 ? 1 : haveBytes / lengthBytes,
    size: lengthBytes,
  }
}

/** Not contacted yet, working, updating, failed. */
const STATUSES = { idle: 1, ok: 2, working: 3, failed: 4 } as const
const DISABLED = 0

/** DHT, PeX and LSD come first. */
export function trackerRows(torrent: Torrent, trackers: readonly Tracker[], network: Settings['network']) {
  const way = (name: string, isOn: boolean) => ({
    msg: torrent.private ? 'This torrent is private' : '',
    num_downloaded: 0,
    num_leeches: 0,
    num_peers: 0,
    num_seeds: 0,
    status: isOn && !torrent.private ? STATUSES.ok : DISABLED,
    tier: -1,
    url: `** [${name}] **`,
  })
  return [
    way('DHT', network.dht),
    way('PeX', network.pex),
    way('LSD', network.lsd),
    ...realTrackers(trackers).map(trackerRow),
  ]
}

function trackerRow({ url, tier, state, message, peers, seeds, leeches, downloads }: Tracker) {
  return {
    msg: message ?? '',
    num_downloaded: downloads ?? -1,
    num_leeches: leeches ?? -1,
    num_peers: peers,
    num_seeds: seeds ?? -1,
    status: STATUSES[state],
    tier: tier ?? 0,
    url,
  }
}

const CONNECTIONS: Readonly<Record<string, string>> = { tcp: 'BT', utp: 'μTP', webseed: 'Web' }

export function peerView(peer: Peer) {
  const { host, port } = parsePeerAddress(peer.address)
  const flags = peerFlags(peer)
  return {
    client: peer.client,
    connection: CONNECTIONS[peer.kind] ?? peer.kind,
    country: peer.country ?? '',
    country_code: (peer.country ?? '').toLowerCase(),
    dl_speed: Math.round(peer.downloadBytesPerSecond),
    downloaded: peer.downloadedBytes,
    files: '',
    flags: flags.map(([flag]) => flag).join(' '),
    flags_desc: flags.map(([flag, meaning]) => `${flag} = ${meaning}`).join('\n'),
    ip: host,
    peer_id_client: '',
    port,
    progress: peer.progress,
    relevance: 0,
    up_speed: Math.round(peer.uploadBytesPerSecond),
    uploaded: peer.uploadedBytes,
  }
}

function peerFlags(peer: Peer): [flag: string, meaning: string][] {
  const flags: [string, string, boolean][] = [
    ['D', 'interested (local) and unchoked (peer)', peer.amInterested && !peer.peerChoking],
    ['d', 'interested (local) and choked (peer)', peer.amInterested && peer.peerChoking],
    ['U', 'interested (peer) and unchoked (local)', peer.peerInterested && !peer.amChoking],
    ['u', 'interested (peer) and choked (local)', peer.peerInterested && peer.amChoking],
    ['K', 'not interested (local) and unchoked (peer)', !peer.amInterested && !peer.peerChoking],
    ['?', 'not interested (peer) and unchoked (local)', !peer.peerInterested && !peer.amChoking],
    ['S', 'peer snubbed', peer.snubbed],
    ['I', 'incoming connection', peer.incoming],
    ['E', 'encrypted traffic', peer.encrypted],
    ['P', 'μTP', peer.kind === 'utp'],
  ]
  return flags.filter(([, , holds]) => holds).map(([flag, meaning]) => [flag, meaning])
}
