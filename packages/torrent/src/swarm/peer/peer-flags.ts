/** Choking and interest in both directions, as a peer and we told each other. */
export class PeerFlags {
  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  /** Whether the peer said that it downloads nothing more (BEP 21). */
  uploadOnly = false
}
