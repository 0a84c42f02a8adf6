import type { PeerStatus } from '../api.ts'
import { formatHostPort } from '../base/ip.ts'
import type { Peer } from './peer.ts'

/** A peer as the public API shows it. */
export function peerStatus(peer: Peer): PeerStatus {
  const now = peer.clock.nowMs()
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
    progress: peer.progress,
    downloadBytesPerSecond: peer.download.meter.bytesPerSecond(now),
    uploadBytesPerSecond: peer.upload.meter.bytesPerSecond(now),
    downloadedBytes: peer.download.totalBytes,
    uploadedBytes: peer.upload.totalBytes,
    wastedBytes: peer.download.wastedBytes,
    failedPieces: peer.failedPieces,
    amChoking: peer.amChoking,
    amInterested: peer.amInterested,
    peerChoking: peer.peerChoking,
    peerInterested: peer.peerInterested,
    snubbed: peer.download.snubbed,
  }
}
