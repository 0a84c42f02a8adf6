import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { NOBODY, type OpenPiece } from './open-piece.ts'
import { OPEN, type PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceBook } from './source-book.ts'

/** A piece that those at work on it would take longer for welcomes more of them. */
const SLOW_PIECE_SECONDS = 10
/** Sources whose rates differ by more than this factor are kept out of each other's pieces while there is a choice. */
const UNLIKE_RATES = 4

/** Which piece that others began a source works on too. */
export class Joining {
  readonly #book: PieceBook
  readonly #sources: SourceBook

  constructor(book: PieceBook, sources: SourceBook) {
    this.#book = book
    this.#sources = sources
  }

  /** Whether the piece has free blocks, and the source has it and may be asked for them. Urgent pieces are handed out elsewhere. */
  allows(open: OpenPiece, source: BlockSource): boolean {
    const { piece } = open
    if (open.free === 0 || this.#book.state(piece) !== OPEN || !this.#book.isWanted(piece)) return false
    if (this.#book.isUrgent(piece)) return false
    return this.allowsUrgent(open, source)
  }

  allowsUrgent(open: OpenPiece, source: BlockSource): boolean {
    if (!source.isSeed && !source.has(open.piece)) return false
    // A source on parole works alone: when the piece fails there is one to blame.
    if (source.onParole && open.sole !== source.id && open.sole !== NOBODY) return false
    return open.exclusiveTo === NOBODY || open.exclusiveTo === source.id || this.#book.order.size === 0
  }

  /**
   * A piece worth joining even while there are free ones: nobody works on it, or those who do are slow for its size and the source is
   * not much slower. The highest priority first, then the one with the least left to come (the first, when `sequential`).
   */
  preferred(source: BlockSource, sequential: boolean): OpenPiece | null {
    let best: OpenPiece | null = null
    for (const open of this.#book.open.unasked) {
      if (!this.#isWelcome(open, source) || !this.allows(open, source)) continue
      if (!best || this.#isBetter(open, best, sequential)) best = open
    }
    return best
  }

  /** A piece to join when there is no other work. Null also where the source would only be in the way of a faster one. */
  lastResort(source: BlockSource): OpenPiece | null {
    let best: OpenPiece | null = null
    let bestIsAlike = false
    const rate = source.bytesPerSecond
    for (const open of this.#book.open.unasked) {
      if (!this.allows(open, source)) continue
      const pace = this.#pace(open)
      // One block from this source would take longer than all that is free from the one at work.
      if (rate > 0 && pace > open.free * rate) continue
      const alike = rate * UNLIKE_RATES >= pace
      if (best && (bestIsAlike !== alike ? bestIsAlike : best.free >= open.free)) continue
      best = open
      bestIsAlike = alike
    }
    return best
  }

  /** Notes who sets the pace of the piece, when the source is faster than those who are asked already. */
  asked(open: OpenPiece, source: BlockSource): void {
    if (open.paceSource === source.id) return
    if (open.paceSource === NOBODY || source.bytesPerSecond > this.#pace(open)) open.paceSource = source.id
  }

  #pace(open: OpenPiece): number {
    return open.paceSource === NOBODY ? 0 : this.#sources.bytesPerSecond(open.paceSource)
  }

  #isWelcome(open: OpenPiece, source: BlockSource): boolean {
    if (open.asked === 0) return true
    // A web seed's long range is worth more than the end of a piece.
    if (source.wantsRuns) return false
    const pace = this.#pace(open)
    if (pace === 0 || source.bytesPerSecond * UNLIKE_RATES < pace) return false
    return open.free * BLOCK_BYTES > pace * SLOW_PIECE_SECONDS
  }

  #isBetter(open: OpenPiece, best: OpenPiece, sequential: boolean): boolean {
    const difference = this.#book.priority(open.piece) - this.#book.priority(best.piece)
    if (difference !== 0) return difference > 0
    if (sequential) return open.piece < best.piece
    return open.blockCount - open.here < best.blockCount - best.here
  }
}
