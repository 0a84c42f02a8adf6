import { type Offer, SuperSeeding } from '../../pieces/super-seeding.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmState } from '../swarm-state.ts'

/**
 * Time for a peer to report its pieces. Clients without the fast extension that have none send
 * nothing (BEP 3).
 */
const REPORT_LIMIT_MS = 2000

/**
 * Super seeding of one swarm (BEP 16): shows its peers the pieces that `SuperSeeding` chooses, and
 * no others, until the peers together have every piece or one of them is a seed.
 */
export class SuperSeeder {
  readonly #swarm: SwarmState
  readonly #peers: ReadonlyMap<number, Peer>
  #pieces: SuperSeeding | null = null
  #isDone = false

  constructor(swarm: SwarmState, peers: ReadonlyMap<number, Peer>) {
    this.#swarm = swarm
    this.#peers = peers
  }

  /** Whether a peer that connects now is shown single pieces. */
  get isActive(): boolean {
    const { torrent, transfer } = this.#swarm
    return torrent.isSuperSeeding && transfer?.have.isFull === true && !this.#isDone
  }

  /**
   * The option was changed. If it is on, peers that connect from now on are shown single pieces.
   */
  optionChanged(): void {
    this.#isDone = false
    if (!this.#swarm.torrent.isSuperSeeding) this.#end()
  }

  /** The pieces of a peer became known, or changed as a whole. */
  piecesChanged(peer: Peer): void {
    if (!peer.shown || !this.isActive) return
    if (peer.pieces.isSeed) return this.#end()
    const { random, nowMs } = this.#now()
    this.#pieces ??= new SuperSeeding(this.#swarm.transfer!.have.length, random)
    this.#offer(this.#pieces.set(peer.id, peer.pieces.bits!, nowMs))
  }

  gained(peer: Peer, piece: number): void {
    if (!this.#pieces?.has(peer.id)) return
    if (peer.pieces.isSeed) return this.#end()
    this.#offer(this.#pieces.gained(peer.id, piece, this.#now().nowMs))
  }

  interestChanged(peer: Peer): void {
    const { shown, flags } = peer
    if (flags.peerInterested || !shown || !this.#pieces) return
    this.#offer(this.#pieces.settled(peer.id, piece => shown.get(piece) === true, this.#now().nowMs))
  }

  gone(peer: Peer): void {
    this.#pieces?.remove(peer.id)
    // The copies were lost with their peers.
    if (this.#peers.size === 0) this.#isDone = false
  }

  tick(nowMs: number): void {
    for (const peer of [...this.#peers.values()]) {
      if (!peer.shown || nowMs - peer.connectedMs < REPORT_LIMIT_MS) continue
      if (!this.#pieces?.has(peer.id)) this.piecesChanged(peer)
      else if (!peer.flags.peerInterested) this.interestChanged(peer)
    }
    if (this.#pieces) this.#offer(this.#pieces.tick(nowMs))
  }

  #now() {
    const { clock, context } = this.#swarm
    return { nowMs: clock.nowMs(), random: context.random }
  }

  #offer(offers: readonly Offer[]): void {
    if (this.#pieces?.isSpread) return this.#end()
    for (const { peerId, piece } of offers) this.#peers.get(peerId)?.show(piece)
  }

  #end(): void {
    this.#isDone = true
    this.#pieces = null
    for (const peer of this.#peers.values()) peer.showAll()
  }
}
