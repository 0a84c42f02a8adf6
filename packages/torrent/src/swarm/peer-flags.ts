/** What a peer and we have told each other about choking and interest. */
export class PeerFlags {
  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  /** Whether the peer said that it downloads nothing more (BEP 21). */
  uploadOnly = false
}
