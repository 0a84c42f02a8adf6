import { Bitfield } from '../../base/bitfield.ts'
import { ShoalError } from '../../base/errors.ts'
import { RateMeter } from '../../base/rate-meter.ts'
import type { BlockSource } from '../../pieces/pieces.ts'
import { EarlyClaims, unknownPiece } from '../pieces/early-claims.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { PeerFlags } from './peer-flags.ts'

/**
 * Maximum number of bitfields and similar messages that a peer may send while the metadata is
 * unknown, when they cannot be verified.
 */
const MAX_EARLY_CLAIMS = 100
/** Maximum number of allowed-fast and suggested pieces of one peer. */
const MAX_HINTS = 64

/**
 * The pieces that a peer has and lets us request: the peer as the picker sees it. Its messages
 * from before the metadata is known are kept until they can be processed.
 */
export class PeerPieces implements BlockSource {
  readonly id: number
  readonly wantsRuns = false
  readonly meter = new RateMeter()
  /** Pieces that the peer suggested (BEP 6), most recent last. */
  readonly suggested: number[] = []
  /** In thousandths, -1000 to 1000: set by recognition. */
  declare reputation?: number
  /** Null while the metadata is unknown. */
  bits: Bitfield | null = null
  onParole = false
  /**
   * Whether blocks are being picked for the peer: `has` and `isSeed` then describe what it lets us
   * request now.
   */
  picking = false
  readonly #swarm: SwarmState
  readonly #flags: PeerFlags
  /** Pieces that it lets us request while it chokes us (BEP 6). */
  readonly #allowedFast = new Set<number>()
  #early = new EarlyClaims()
  #claims = 0

  constructor(id: number, swarm: SwarmState, flags: PeerFlags) {
    this.id = id
    this.#swarm = swarm
    this.#flags = flags
  }

  get bytesPerSecond(): number {
    return this.meter.bytesPerSecond(this.#swarm.clock.nowMs())
  }

  /** Whether it has every piece; while picking, also whether it lets us request any. */
  get isSeed(): boolean {
    if (this.picking && this.#flags.peerChoking) return false
    return this.bits?.isFull ?? this.#early.all
  }

  /** Whether it downloads nothing more: a seed, or a partial seed (BEP 21). */
  get uploadOnly(): boolean {
    return this.isSeed || this.#flags.uploadOnly
  }

  /** Share of the torrent that it has, 0 to 1. */
  get progress(): number {
    const { bits } = this
    return bits && bits.length > 0 ? bits.count / bits.length : Number(this.isSeed)
  }

  /** Whether it has announced which pieces it has. */
  get isKnown(): boolean {
    return this.#claims > 0
  }

  /** Whether it lets us request anything that we want. */
  get mayRequest(): boolean {
    return this.#flags.amInterested && (!this.#flags.peerChoking || this.#allowedFast.size > 0)
  }

  has(piece: number): boolean {
    if (!this.bits?.has(piece)) return false
    return !this.picking || !this.#flags.peerChoking || this.#allowedFast.has(piece)
  }

  /**
   * Adds the peer to the picker if the metadata is known. Returns whether it did. Throws
   * `bad-message` if the torrent cannot have the pieces that the peer claimed.
   */
  attach(): boolean {
    const { transfer } = this.#swarm
    if (!transfer || this.bits) return false
    this.bits = this.#early.resolve(transfer.layout.pieceCount)
    this.#early = new EarlyClaims()
    transfer.picker.sources.add(this, this.bits)
    return true
  }

  /** Removes the disconnected peer from the picker. */
  detach(): void {
    if (this.bits) this.#swarm.transfer?.picker.sources.remove(this, this.bits)
  }

  // Messages. Each returns whether it changed which pieces the peer is known to have.

  onHave(piece: number): boolean {
    if (!this.bits) {
      this.#early.have(piece)
      return false
    }
    if (piece >= this.bits.length) throw unknownPiece(piece)
    if (!this.bits.set(piece)) return false
    this.#swarm.transfer?.picker.sources.gained(piece)
    return true
  }

  onBitfield(bytes: Uint8Array): boolean {
    if (!this.bits) {
      this.#countEarlyClaim('bitfield')
      this.#early.bitfield(bytes)
      return false
    }
    const bits = Bitfield.from(bytes, this.bits.length)
    if (!bits) throw new ShoalError('bad-message', 'it sent a bitfield of the wrong size')
    return this.#claim('bitfield', bits)
  }

  onHaveAll(): boolean {
    if (this.bits) return this.#claim('have all', Bitfield.full(this.bits.length))
    this.#countEarlyClaim('have all')
    this.#early.all = true
    return false
  }

  onHaveNone(): boolean {
    if (this.#claims++ > 0) throw repeated('have none')
    return this.bits !== null
  }

  onDontHave(piece: number): boolean {
    if (!this.bits?.clear(piece)) return false
    this.#swarm.transfer?.picker.sources.lost(piece)
    return true
  }

  onSuggest(piece: number): void {
    if (this.suggested.length >= MAX_HINTS) this.suggested.shift()
    this.suggested.push(piece)
  }

  onAllowedFast(piece: number): void {
    const { bits } = this
    if (this.#allowedFast.size < MAX_HINTS && (!bits || piece < bits.length)) this.#allowedFast.add(piece)
  }

  /**
   * A choking peer rejected a request: it may withdraw what it allowed, and would otherwise get
   * the same request again and again.
   */
  onRejectWhileChoked(piece: number): void {
    this.#allowedFast.delete(piece)
  }

  /**
   * BEP 3, 6: one of these messages comes, once, before all others but extended handshakes.
   * Clients in the wild are late, and aria2 sends another instead of many `have`: it is accepted as
   * long as it names more pieces than were known.
   */
  #claim(name: string, bits: Bitfield): boolean {
    const before = this.bits!
    if (this.#claims++ > 0 && bits.count <= before.count) throw repeated(name)
    this.bits = bits
    this.#swarm.transfer!.picker.sources.replace(this, before, bits)
    return true
  }

  #countEarlyClaim(name: string): void {
    if (this.#claims++ > MAX_EARLY_CLAIMS) throw repeated(name)
  }
}

function repeated(name: string): ShoalError {
  return new ShoalError('bad-message', `it sent a second ${name}`)
}
