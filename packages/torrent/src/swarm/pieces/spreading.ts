import type { Transfer } from './transfer.ts'

/** Marks of a piece: suggested to one peer, or requested by one. */
const SUGGESTED = 1
const REQUESTED = 2

/**
 * The pieces that we, as a seed, suggest (BEP 6): those that no connected peer has. Peers cannot
 * see what others request from us, so without suggestions they often choose the same pieces, and
 * the first complete copy takes longer to leave us. Each piece is suggested to one peer; those that
 * this peer never requested are suggested again after all others.
 */
export class Spreading {
  /** By piece. Null while nothing is suggested. */
  #marks: Uint8Array | null = null
  #next = 0
  #requested = 0

  /** Returns up to `count` pieces to suggest to one peer. */
  take({ have, picker }: Transfer, count: number): number[] {
    const { pieceCount } = picker.pieces
    const pieces: number[] = []
    if (!have.isFull || this.#requested === pieceCount) return pieces
    this.#marks ??= new Uint8Array(pieceCount)
    for (let seen = 0; seen < pieceCount && pieces.length < count; seen++) {
      if (this.#next === pieceCount) this.#forgetSuggested()
      const piece = this.#next++
      if (this.#marks[piece] !== 0 || picker.pieces.availability(piece) > 0) continue
      this.#marks[piece] = SUGGESTED
      pieces.push(piece)
    }
    return pieces
  }

  /** A peer requested the piece. Returns whether it is the first one. */
  requested(piece: number): boolean {
    const mark = this.#marks?.[piece]
    if (mark === undefined || mark === REQUESTED) return false
    this.#marks![piece] = REQUESTED
    this.#requested++
    return true
  }

  #forgetSuggested(): void {
    this.#next = 0
    this.#marks = this.#marks!.map(mark => (mark === SUGGESTED ? 0 : mark))
  }
}
