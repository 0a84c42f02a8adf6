import { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { BlockSource } from '../pieces/pieces.ts'
import { EarlyClaims, noSuchPiece } from './early-claims.ts'
import type { Transfer } from './transfer.ts'

/** Bitfields and the like that a peer may send while the metadata is not known, so that none can be judged. */
const MAX_EARLY_CLAIMS = 100

export interface PiecesOwner extends BlockSource {
  readonly transfer: Transfer | null
  /** It came to have a piece that it did not have. */
  onGained(): void
  /** It has something else than was known, all at once. */
  onPiecesChanged(): void
  /** It has a piece less; told of each, and a message is a few bytes. */
  onLost(): void
}

/** What one peer says that it has. While the metadata is unknown, what it says is kept until it can be understood. */
export class PeerPieces {
  /** Null while the metadata is unknown. */
  bits: Bitfield | null = null
  readonly #owner: PiecesOwner
  #early = new EarlyClaims()
  #claims = 0

  constructor(owner: PiecesOwner) {
    this.#owner = owner
  }

  get isFull(): boolean {
    return this.bits?.isFull ?? this.#early.all
  }

  /** It said what it has to begin with. */
  get isTold(): boolean {
    return this.#claims > 0
  }

  /** The metadata is known, if there is a transfer. Throws `bad-message` when what the peer claimed cannot be. */
  attach(): void {
    const { transfer } = this.#owner
    if (!transfer || this.bits) return
    this.bits = this.#early.resolve(transfer.layout.pieceCount)
    this.#early = new EarlyClaims()
    transfer.picker.sources.add(this.#owner, this.bits)
    this.#owner.onPiecesChanged()
  }

  /** The peer is gone. */
  detach(): void {
    if (this.bits) this.#owner.transfer?.picker.sources.remove(this.#owner, this.bits)
  }

  onHave(piece: number): void {
    if (!this.bits) return this.#early.have(piece)
    if (piece >= this.bits.length) throw noSuchPiece(piece)
    if (!this.bits.set(piece)) return
    this.#owner.transfer?.picker.sources.gained(piece)
    this.#owner.onGained()
  }

  onBitfield(bytes: Uint8Array): void {
    if (!this.bits) return this.#claimEarly('bitfield', () => this.#early.bitfield(bytes))
    const bits = Bitfield.from(bytes, this.bits.length)
    if (!bits) throw new ShoalError('bad-message', 'its bitfield has the wrong size')
    this.#claim('bitfield', bits)
  }

  onHaveAll(): void {
    if (this.bits) return this.#claim('have all', Bitfield.full(this.bits.length))
    this.#claimEarly('have all', () => {
      this.#early.all = true
    })
  }

  onHaveNone(): void {
    if (this.#claims++ > 0) throw repeated('have none')
    if (this.bits) this.#owner.onPiecesChanged()
  }

  onDontHave(piece: number): void {
    if (!this.bits?.clear(piece)) return
    this.#owner.transfer?.picker.sources.lost(piece)
    this.#owner.onLost()
  }

  /**
   * BEP 3, 6: one of these comes, once, before all but extended handshakes. Clients in the wild are late, and aria2 sends another
   * instead of many `have`: it is welcome as long as it says of more pieces than were known.
   */
  #claim(name: string, bits: Bitfield): void {
    const before = this.bits!
    if (this.#claims++ > 0 && bits.count <= before.count) throw repeated(name)
    this.bits = bits
    this.#owner.transfer!.picker.sources.replace(this.#owner, before, bits)
    this.#owner.onPiecesChanged()
  }

  #claimEarly(name: string, keep: () => void): void {
    if (this.#claims++ > MAX_EARLY_CLAIMS) throw repeated(name)
    keep()
  }
}

function repeated(name: string): ShoalError {
  return new ShoalError('bad-message', `it sent a second ${name}`)
}
