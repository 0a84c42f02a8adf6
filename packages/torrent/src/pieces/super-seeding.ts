import type { Bitfield } from '../base/bitfield.ts'
import type { Random } from '../base/random.ts'

/** A piece to offer to a peer. */
export interface Offer {
  readonly peerId: number
  readonly piece: number
}

/**
 * Number of pieces that one peer downloads or passes on at a time. BEP 16 uses one; with two, the
 * uplink is busy while the first one spreads.
 */
const OFFERS_PER_PEER = 2
/**
 * If no other peer has got a piece from its holder for this long, the next one is offered anyway:
 * others may be unable to reach that peer.
 */
const SPREAD_LIMIT_MS = 120_000

/** Time limit for a peer to declare interest in an offered piece. */
const INTEREST_LIMIT_MS = 5000

interface OfferState {
  readonly offeredMs: number
  /** Time at which the peer had it; null until then. */
  hadMs: number | null
}

interface SeededPeer {
  readonly id: number
  bits: Bitfield
  /** The pieces on offer. */
  readonly offers: Map<number, OfferState>
  /** Pieces that it was offered and does not want. */
  readonly declined: Set<number>
}

/**
 * Super seeding (BEP 16): decides which pieces the first seed of a torrent shows to which peer, so
 * that it sends each piece about once. A peer is offered pieces that no other peer has or is
 * offered. It gets the next one when another peer reports the piece, which must have come from the
 * first one, or if it is the only peer.
 */
export class SuperSeeding {
  readonly #random: Random
  readonly #peers = new Map<number, SeededPeer>()
  /** Number of peers that have each piece or are offered it. */
  readonly #copies: Uint16Array
  /** Number of peers that have each piece. */
  readonly #holders: Uint16Array
  #unseen: number
  /** The fewest copies of any piece. */
  #fewest = 0

  constructor(pieceCount: number, random: Random) {
    this.#random = random
    this.#copies = new Uint16Array(pieceCount)
    this.#holders = new Uint16Array(pieceCount)
    this.#unseen = pieceCount
  }

  /** Whether the peers together have every piece. */
  get isSpread(): boolean {
    return this.#unseen === 0
  }

  has(peerId: number): boolean {
    return this.#peers.has(peerId)
  }

  /** The pieces of a peer became known, or changed as a whole. */
  set(peerId: number, bits: Bitfield, nowMs: number): Offer[] {
    const peer = this.#peers.get(peerId) ?? { id: peerId, bits, offers: new Map(), declined: new Set() }
    if (this.#peers.has(peerId)) this.#countAll(peer, -1)
    peer.bits = bits.clone()
    this.#peers.set(peerId, peer)
    this.#countAll(peer, 1)
    for (const [piece, offer] of peer.offers) if (bits.has(piece)) offer.hadMs ??= nowMs
    return this.#refill(peer, nowMs)
  }

  /** A peer reports a piece. */
  gained(peerId: number, piece: number, nowMs: number): Offer[] {
    const holder = this.#peers.get(peerId)
    if (!holder?.bits.set(piece)) return []
    this.#count(piece, 1)
    const own = holder.offers.get(piece)
    if (own) own.hadMs ??= nowMs
    return [...this.#peers.values()].flatMap(peer =>
      this.#isDone(peer, piece, nowMs) ? this.#replaceDone(peer, nowMs) : [],
    )
  }

  /**
   * The peer is no longer interested: it has the requested pieces, which not every client reports
   * to peers that have them, and declines the other offers.
   */
  settled(peerId: number, isRequested: (piece: number) => boolean, nowMs: number): Offer[] {
    const peer = this.#peers.get(peerId)
    if (!peer) return []
    for (const [piece, offer] of [...peer.offers]) {
      if (isRequested(piece)) offer.hadMs ??= nowMs
      else if (offer.hadMs === null && nowMs - offer.offeredMs >= INTEREST_LIMIT_MS) {
        peer.declined.add(piece)
        this.#withdraw(peer, piece)
      }
    }
    return this.#replaceDone(peer, nowMs)
  }

  remove(peerId: number): void {
    const peer = this.#peers.get(peerId)
    if (!peer) return
    for (const piece of [...peer.offers.keys()]) this.#withdraw(peer, piece)
    this.#countAll(peer, -1)
    this.#peers.delete(peerId)
  }

  /** Offers more to peers whose pieces do not spread. Call it periodically. */
  tick(nowMs: number): Offer[] {
    return [...this.#peers.values()].flatMap(peer => this.#replaceDone(peer, nowMs))
  }

  #replaceDone(peer: SeededPeer, nowMs: number): Offer[] {
    for (const piece of [...peer.offers.keys()])
      if (this.#isDone(peer, piece, nowMs)) this.#withdraw(peer, piece)
    return this.#refill(peer, nowMs)
  }

  /** Whether another peer has the piece, or the wait for that is over. */
  #isDone({ offers, bits }: SeededPeer, piece: number, nowMs: number): boolean {
    const offer = offers.get(piece)
    if (!offer) return false
    const others = this.#holders[piece]! - Number(bits.has(piece))
    if (others > 0 || offer.hadMs === null) return others > 0
    return this.#peers.size === 1 || nowMs - offer.hadMs >= SPREAD_LIMIT_MS
  }

  #refill(peer: SeededPeer, nowMs: number): Offer[] {
    const offers: Offer[] = []
    while (peer.offers.size < OFFERS_PER_PEER) {
      const piece = this.#rarest(peer)
      if (piece === null) break
      peer.offers.set(piece, { offeredMs: nowMs, hadMs: null })
      this.#copies[piece]!++
      offers.push({ peerId: peer.id, piece })
    }
    return offers
  }

  #withdraw(peer: SeededPeer, piece: number): void {
    peer.offers.delete(piece)
    this.#lower(piece)
  }

  /**
   * Returns a piece with the fewest copies that the peer lacks, searching from a random index;
   * null if it lacks none.
   */
  #rarest({ bits, offers, declined }: SeededPeer): number | null {
    const copies = this.#copies
    const start = this.#random.below(copies.length)
    let best: number | null = null
    let fewest = Number.POSITIVE_INFINITY
    for (let i = 0; i < copies.length; i++) {
      const piece = (start + i) % copies.length
      fewest = Math.min(fewest, copies[piece]!)
      if (bits.has(piece) || offers.has(piece) || declined.has(piece)) continue
      if (best === null || copies[piece]! < copies[best]!) best = piece
      if (copies[best]! <= this.#fewest) return best
    }
    this.#fewest = fewest
    return best
  }

  #countAll({ bits }: SeededPeer, change: 1 | -1): void {
    if (bits.count === 0) return
    for (let piece = 0; piece < bits.length; piece++) if (bits.has(piece)) this.#count(piece, change)
  }

  #count(piece: number, change: 1 | -1): void {
    const before = this.#holders[piece]!
    this.#holders[piece] = before + change
    if (before === 0) this.#unseen--
    if (before + change === 0) this.#unseen++
    if (change === 1) this.#copies[piece]!++
    else this.#lower(piece)
  }

  #lower(piece: number): void {
    this.#copies[piece]!--
    this.#fewest = Math.min(this.#fewest, this.#copies[piece]!)
  }
}
