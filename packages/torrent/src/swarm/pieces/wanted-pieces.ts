import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import type { PiecePicker } from '../../pieces/piece-picker.ts'
import type { PieceRoots } from './piece-roots.ts'
import type { Selection } from './selection.ts'

export interface WantedPiecesOptions {
  readonly info: Info
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly roots: PieceRoots
  readonly picker: PiecePicker
}

/**
 * Applies a selection of files to the picker. A piece that cannot be verified yet (v2 without its
 * hashes) waits.
 */
export class WantedPieces {
  readonly #options: WantedPiecesOptions
  #isApplied = false
  #wantsNothing = false
  /** Wanted pieces that cannot be verified until their hashes arrive. */
  #unverifiable = 0

  constructor(options: WantedPiecesOptions) {
    this.#options = options
  }

  /** Call again when the selection or the known hashes change. */
  apply(selection: Selection): void {
    const { info, layout, have, roots, picker } = this.#options
    const needsRoots = info.version === 'v2'
    if (selection.isDefault && !needsRoots && !this.#isApplied) return
    this.#isApplied = true
    this.#wantsNothing = selection.wantedBytes === 0
    this.#unverifiable = 0
    for (let piece = 0; piece < layout.pieceCount; piece++) {
      const priority = selection.piecePriority(piece)
      const verifiable = !needsRoots || layout.dataSize(piece) === 0 || roots.knows(piece)
      if (priority > 0 && !verifiable && !have.has(piece)) this.#unverifiable++
      picker.setPriority(piece, verifiable ? priority : 0)
    }
  }

  /** Whether all wanted pieces are verified and stored. */
  get isFinished(): boolean {
    return this.#unverifiable === 0 && this.#options.picker.pieces.isFinished
  }

  /**
   * Whether nothing is selected although much is missing: files that the user reads or selects
   * later may come from any peer.
   */
  get isUndecided(): boolean {
    return this.#wantsNothing && !this.#options.have.isFull
  }
}
