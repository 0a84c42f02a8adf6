/** Choking and interest in both directions, as announced by the peer and by us. */
export class PeerFlags {
  amChoking = true
  amInterested = false
  peerChoking = true
  peerInterested = false
  /** Whether the peer announced that it downloads nothing more (BEP 21). */
  uploadOnly = false
}
