import type { PeerStatus } from '../../api.ts'
import type { Bitfield } from '../../base/bitfield.ts'
import type { Peer } from './peer.ts'

/** Members of a peer's status that only other programs show. `have`: our pieces. */
export function peerDetails(
  { handshake, pieces, download, isPunched, recognized }: Peer,
  have: Bitfield | undefined,
): Pick<PeerStatus, 'peerId' | 'relevance' | 'piece' | 'holePunched' | 'networkKey' | 'hasFastLane'> {
  const piece = download.currentPiece
  return {
    peerId: handshake.peerId,
    holePunched: isPunched,
    relevance: have && pieces.bits ? partOfMissing(pieces.bits, have) : 0,
    ...(piece !== null && { piece }),
    ...(recognized && { networkKey: recognized.key, hasFastLane: recognized.isTrusted }),
  }
}

function partOfMissing(theirs: Bitfield, ours: Bitfield): number {
  const missing = ours.length - ours.count
  if (missing === 0) return 0
  let found = 0
  for (const [at, byte] of theirs.bytes.entries())
    for (let bits = byte & ~ours.bytes[at]!; bits > 0; bits &= bits - 1) found++
  return found / missing
}
