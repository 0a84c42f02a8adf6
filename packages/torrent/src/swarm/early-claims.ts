import { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'

/** `have` messages that are remembered while the metadata is not known. */
const MAX_HAVES = 100_000

/** What a peer says that it has before we know how many pieces there are. */
export class EarlyClaims {
  all = false
  #bits: Uint8Array | null = null
  #haves: number[] = []

  have(piece: number): void {
    if (this.#haves.length < MAX_HAVES) this.#haves.push(piece)
  }

  /** Takes a copy. */
  bitfield(bytes: Uint8Array): void {
    this.#bits = bytes.slice()
  }

  /** The claims as a bitfield, now that the count is known. Throws `bad-message` when they cannot be about so many pieces. */
  resolve(pieceCount: number): Bitfield {
    const bits = this.#bits ? Bitfield.from(this.#bits, pieceCount) : new Bitfield(pieceCount)
    if (!bits) throw new ShoalError('bad-message', 'its bitfield has the wrong size')
    if (this.all) bits.setAll()
    for (const piece of this.#haves) {
      if (piece >= pieceCount) throw noSuchPiece(piece)
      bits.set(piece)
    }
    return bits
  }
}

export function noSuchPiece(piece: number): ShoalError {
  return new ShoalError('bad-message', `it claims a piece ${piece} that does not exist`)
}
