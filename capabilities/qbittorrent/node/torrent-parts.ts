/** Files, trackers and peers of a torrent in qBittorrent's format. */
import type { Peer, PieceMap, Settings, Torrent, TorrentFile, Tracker } from '@shoal/api'
import { isComplete } from '@shoal/node/node/server/compat/detail-cache.ts'
import { parsePeerAddress } from '@shoal/node/node/server/compat/peer-address.ts'
import { availablePart } from '@shoal/node/node/server/compat/pieces.ts'
import { realTrackers } from '@shoal/node/node/server/compat/real-trackers.ts'

/** 0 not wanted, 1 normal, 6 high, 7 highest. There is nothing below normal. */
function toPriority(priority: number): number {
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
  map: PieceMap | null,
) {
  const { index, path, lengthBytes, haveBytes, priority } = file
  const range = pieceRange(lengthBytes, offsetBytes, pieceLengthBytes)
  return {
    availability: map ? availablePart(map, range) : -1,
    index,
    ...(index === 0 && { is_seed: isComplete(torrent) }),
    name: path,
    piece_range: range,
    priority: toPriority(priority),
    progress: lengthBytes === 0 ? 1 : haveBytes / lengthBytes,
    size: lengthBytes,
  }
}

/** The first and the last piece of a file. */
function pieceRange(
  lengthBytes: number,
  offsetBytes: number | undefined,
  pieceLengthBytes: number | undefined,
): readonly [number, number] {
  if (offsetBytes === undefined || !pieceLengthBytes) return [0, 0]
  const last = Math.max(offsetBytes, offsetBytes + lengthBytes - 1)
  return [Math.floor(offsetBytes / pieceLengthBytes), Math.floor(last / pieceLengthBytes)]
}

/** Not contacted yet, working, updating, failed. */
const STATUSES = { idle: 1, ok: 2, working: 3, failed: 4 } as const
const DISABLED = 0

/** DHT, PeX and LSD come first. */
export function trackerRows(
  torrent: Torrent,
  trackers: readonly Tracker[],
  network: Settings['network'],
  peers: readonly Peer[],
) {
  const count = (origin: string, isSeed: boolean) =>
    peers.filter(peer => peer.origin === origin && (peer.progress === 1) === isSeed).length
  const way = (name: string, isOn: boolean) => ({
    msg: torrent.private ? 'This torrent is private' : '',
    num_downloaded: 0,
    num_leeches: count(name.toLowerCase(), false),
    num_peers: 0,
    num_seeds: count(name.toLowerCase(), true),
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
  const hasAnswered = state === 'ok' || peers > 0 || seeds !== null
  // A tracker that is asked again after a failure has still failed.
  const status = state === 'working' && message !== null && !hasAnswered ? 'failed' : state
  return {
    msg: message ?? '',
    num_downloaded: downloads ?? -1,
    num_leeches: leeches ?? -1,
    num_peers: hasAnswered ? peers : -1,
    num_seeds: seeds ?? -1,
    status: STATUSES[status],
    tier: tier ?? 0,
    url,
  }
}

const CONNECTIONS: Readonly<Record<string, string>> = { tcp: 'BT', utp: 'μTP', webseed: 'Web' }

/** The address at which a peer accepts connections, if it is known. */
export function peerAddress({ address, listenAddress }: Peer): string {
  return listenAddress ?? address
}

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' })

/** `filesOf`: paths of the files that have a part in a piece. */
export function peerView(peer: Peer, filesOf: (piece: number) => readonly string[]) {
  const { host, port } = parsePeerAddress(peerAddress(peer))
  const flags = peerFlags(peer)
  return {
    client: peer.client,
    connection: CONNECTIONS[peer.kind] ?? peer.kind,
    country: countryName(peer.country ?? ''),
    country_code: (peer.country ?? '').toLowerCase(),
    dl_speed: Math.round(peer.downloadBytesPerSecond),
    downloaded: peer.downloadedBytes,
    files: peer.piece === null ? '' : filesOf(peer.piece).join('\n'),
    flags: flags.map(([flag]) => flag).join(' '),
    flags_desc: flags.map(([flag, meaning]) => `${flag} = ${meaning}`).join('\n'),
    ip: host,
    peer_id_client: peer.peerId,
    port,
    progress: peer.progress,
    relevance: peer.relevance,
    up_speed: Math.round(peer.uploadBytesPerSecond),
    uploaded: peer.uploadedBytes,
  }
}

function countryName(code: string): string {
  return /^[A-Z]{2}$/i.test(code) ? (COUNTRIES.of(code) ?? code) : code
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
    ['H', 'peer from DHT', peer.origin === 'dht'],
    ['X', 'peer from PEX', peer.origin === 'pex'],
    ['L', 'peer from LSD', peer.origin === 'lsd'],
    ['E', 'encrypted traffic', peer.encrypted],
    ['P', 'μTP', peer.kind === 'utp'],
  ]
  return flags.filter(([, , holds]) => holds).map(([flag, meaning]) => [flag, meaning])
}
