import { SOURCE_KINDS } from '../../choices.ts'
import type { Peer, SourceShare } from '../../schemas/peer.ts'
import type { Torrent } from '../../schemas/torrent.ts'
import type { Random } from './random.ts'
import type { Says } from './titles.ts'

const CLIENTS = [
  'Shoal 0.1',
  'qBittorrent 5.1.2',
  'Transmission 4.0.6',
  'libtorrent 2.0.8',
  'WebTorrent 3.0.21',
  'µTorrent 3.6',
  'Deluge 2.2',
  'aria2 1.37',
]
const COUNTRIES = ['DE', 'FR', 'US', 'JP', 'BR', 'PT', 'SE', 'NL', 'IN', 'CA', null]
const MOST = 80

export function samplePeers(row: Torrent, webSeeds: readonly string[], random: Random, says: Says): Peer[] {
  const peers = Array.from({ length: Math.min(MOST, row.peers) }, (_, at) => {
    const peer = newPeer(at < row.seeds, random)
    return { ...peer, client: says(peer.client) }
  })
  const seeds = webSeeds.map(url => ({
    ...newPeer(true, random),
    address: url,
    kind: 'webseed',
    client: 'Web seed',
    country: null,
    incoming: false,
  }))
  return [...seeds, ...peers]
}

function newPeer(seed: boolean, random: Random): Peer {
  const kind = random.pick(['tcp', 'tcp', 'tcp', 'utp', 'utp', 'webrtc'])
  const v6 = random.chance(0.15)
  const address = v6
    ? `[2001:db8:${random.hex(4)}::${random.hex(3)}]:${random.integer(1024, 65_000)}`
    : `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.integer(1, 254)}:${random.integer(1024, 65_000)}`
  return {
    address,
    kind,
    client: kind === 'webrtc' ? random.pick(['WebTorrent 3.0.21', 'Shoal 0.1']) : random.pick(CLIENTS),
    country: random.pick(COUNTRIES),
    incoming: random.chance(0.35),
    encrypted: random.chance(0.6),
    holePunched: false,
    ...{ networkKey: null, person: null },
    hasFastLane: false,
    progress: seed ? 1 : random.next(),
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    downloadedBytes: random.integer(0, 90_000_000),
    uploadedBytes: random.integer(0, 40_000_000),
    amChoking: random.chance(0.5),
    amInterested: true,
    peerChoking: random.chance(0.4),
    peerInterested: !seed && random.chance(0.7),
    snubbed: random.chance(0.04),
    origin: random.pick(['tracker', 'dht', 'pex']),
    listenAddress: null,
    peerId: '',
    relevance: seed ? 1 : 0.5,
    piece: null,
  }
}

/** The peers and web seeds by kind. */
export function sharesOf(peers: readonly Peer[]): SourceShare[] {
  return SOURCE_KINDS.flatMap(kind => {
    const its = peers.filter(peer => peer.kind === kind)
    if (its.length === 0) return []
    const sum = (quantity: 'downloadedBytes' | 'downloadBytesPerSecond') =>
      its.reduce((total, peer) => total + peer[quantity], 0)
    return {
      kind,
      sources: its.length,
      downloadedBytes: sum('downloadedBytes'),
      downloadBytesPerSecond: sum('downloadBytesPerSecond'),
    }
  })
}

/** Distributes the torrent's rates over the peers that transfer. */
export function movePeers(peers: Peer[], row: Torrent, random: Random, seconds: number): void {
  const giving = peers.filter(peer => !peer.peerChoking)
  const taking = peers.filter(peer => !peer.amChoking && peer.progress < 1)
  for (const peer of peers) {
    peer.downloadBytesPerSecond = giving.includes(peer)
      ? Math.round((row.downloadBytesPerSecond / giving.length) * random.between(0.3, 1.7))
      : 0
    peer.uploadBytesPerSecond = taking.includes(peer)
      ? Math.round((row.uploadBytesPerSecond / taking.length) * random.between(0.3, 1.7))
      : 0
    peer.downloadedBytes += Math.round(peer.downloadBytesPerSecond * seconds)
    peer.uploadedBytes += Math.round(peer.uploadBytesPerSecond * seconds)
    if (peer.progress < 1) peer.progress = Math.min(1, peer.progress + random.between(0, 0.002))
    if (random.chance(0.02)) peer.peerChoking = !peer.peerChoking
    if (random.chance(0.02)) peer.amChoking = !peer.amChoking
  }
}
