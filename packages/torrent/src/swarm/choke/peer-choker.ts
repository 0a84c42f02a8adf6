import type { Random } from '../../base/random.ts'
import { FastLane } from '../../pieces/fast-lane.ts'
import type { Peer } from '../peer/peer.ts'

/** The choker of a swarm, with a fast lane for peers in good standing. */
export class PeerChoker extends FastLane {
  constructor({ random, peers }: { random: Random; peers: ReadonlyMap<number, Peer> }) {
    super({ random, isTrusted: id => peers.get(id)?.recognized?.isTrusted === true })
  }
}
