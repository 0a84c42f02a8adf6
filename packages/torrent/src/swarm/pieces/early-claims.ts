import { Bitfield } from '../../base/bitfield.ts'
import { ShoalError } from '../../base/errors.ts'

/** Maximum number of `have` messages that are remembered while the metadata is unknown. */
const MAX_HAVES = 100_000

/** The pieces that a peer claims to have before we know how many pieces there are. */
export class EarlyClaims {
  all = false
  #bits: Uint8Array | null = null
  #haves: number[] = []

  have(piece: number): void {
    if (this.#haves.length < MAX_HAVES) this.#haves.push(piece)
  }

  /** Stores a copy. */
  bitfield(bytes: Uint8Array): void {
    this.#bits = bytes.slice()
  }

  /**
   * The claims as a bitfield, once the count is known. Throws `bad-message` if they do not fit that
   * count.
   */
  resolve(pieceCount: number): Bitfield {
    const bits = this.#bits ? Bitfield.from(this.#bits, pieceCount) : new Bitfield(pieceCount)
    if (!bits) throw new ShoalError('bad-message', 'it sent a bitfield of the wrong size')
    if (this.all) bits.setAll()
    for (const piece of this.#haves) {
      if (piece >= pieceCount) throw unknownPiece(piece)
      bits.set(piece)
    }
    return bits
  }
}

export function unknownPiece(piece: number): ShoalError {
  return new ShoalError('bad-message', `it claims piece ${piece}, which does not exist`)
}
