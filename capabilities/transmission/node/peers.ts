/** Peers in Transmission's format. */
import type { Peer } from '@shoal/api'
import { parsePeerAddress } from '@shoal/node/node/server/compat/peer-address.ts'

export function realPeers(peers: readonly Peer[]): Peer[] {
  return peers.filter(({ kind }) => kind !== 'webseed')
}

export function peerView(peer: Peer) {
  const { host, port } = parsePeerAddress(peer.address)
  return {
    address: host,
    clientIsChoked: peer.peerChoking,
    clientIsInterested: peer.amInterested,
    clientName: peer.client,
    flagStr: peerFlags(peer),
    isDownloadingFrom: isSending(peer),
    isEncrypted: peer.encrypted,
    isIncoming: peer.incoming,
    isUTP: peer.kind === 'utp',
    isUploadingTo: isTaking(peer),
    peerIsChoked: peer.amChoking,
    peerIsInterested: peer.peerInterested,
    port,
    progress: peer.progress,
    rateToClient: Math.round(peer.downloadBytesPerSecond),
    rateToPeer: Math.round(peer.uploadBytesPerSecond),
  }
}

/** Whether it sends to us. */
export function isSending({ downloadBytesPerSecond }: Peer): boolean {
  return downloadBytesPerSecond > 0
}

/** Whether we send to it. */
export function isTaking({ uploadBytesPerSecond }: Peer): boolean {
  return uploadBytesPerSecond > 0
}

/**
 * Transmission's flags: D downloads, d would download if it could, U uploads, u would upload, K and
 * ? unchoked without interest, E, I, T.
 */
function peerFlags(peer: Peer): string {
  let flags = peer.kind === 'utp' ? 'T' : ''
  if (isSending(peer)) flags += 'D'
  else if (peer.amInterested && peer.peerChoking) flags += 'd'
  if (isTaking(peer)) flags += 'U'
  else if (peer.peerInterested && peer.amChoking) flags += 'u'
  if (!peer.peerChoking && !peer.amInterested) flags += 'K'
  if (!peer.amChoking && !peer.peerInterested) flags += '?'
  if (peer.encrypted) flags += 'E'
  if (peer.incoming) flags += 'I'
  return flags
}
