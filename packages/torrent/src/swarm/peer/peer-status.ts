import { peerDetails } from '#peer-details'
import type { PeerStatus } from '../../api.ts'
import type { Bitfield } from '../../base/bitfield.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { Peer } from './peer.ts'

/** Converts a peer to its form in the public API. `have`: our pieces, if they are known. */
export function peerStatus(peer: Peer, now: number, have?: Bitfield): PeerStatus {
  const { flags, pieces } = peer
  const { connection } = peer.link
  const { listenPort } = peer.extensions
  return {
    address: peer.address,
    ...(connection.incoming &&
      listenPort && { listenAddress: formatHostPort(connection.remote.host, listenPort) }),
    kind: connection.kind,
    origin: peer.origin,
    connectedMs: now - peer.connectedMs,
    client: peer.client,
    incoming: connection.incoming,
    encrypted: peer.encrypted,
    progress: pieces.progress,
    downloadBytesPerSecond: peer.download.meter.bytesPerSecond(now),
    uploadBytesPerSecond: peer.upload.meter.bytesPerSecond(now),
    downloadedBytes: peer.download.totalBytes,
    uploadedBytes: peer.upload.totalBytes,
    wastedBytes: peer.download.wastedBytes,
    failedPieces: peer.failedPieces,
    amChoking: flags.amChoking,
    amInterested: flags.amInterested,
    peerChoking: flags.peerChoking,
    peerInterested: flags.peerInterested,
    snubbed: peer.download.snubbed,
    ...peerDetails(peer, have),
  }
}
