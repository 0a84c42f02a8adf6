import type { PeerStatus } from '../../api.ts'
import type { Peer } from './peer.ts'

/** Returns the details that pages show. */
export function peerDetails({ recognized }: Peer): Pick<PeerStatus, 'networkKey'> {
  return recognized ? { networkKey: recognized.key } : {}
}
