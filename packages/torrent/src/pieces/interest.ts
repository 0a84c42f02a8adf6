import type { PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceBook, SourceState } from './source-book.ts'

/**
 * Whether a source has anything that we want (BEP 3: interest must be kept up to date at all times, also while we are choked). One such
 * piece is remembered as a witness, and looked at again only when it is done; that there is none is believed until the news say otherwise.
 */
export class Interest {
  readonly #book: PieceBook
  readonly #sources: SourceBook

  constructor(book: PieceBook, sources: SourceBook) {
    this.#book = book
    this.#sources = sources
  }

  has(source: BlockSource): boolean {
    if (this.#book.wantedAskable === 0) return false
    const state = this.#sources.of(source)
    if (source.isSeed || state.has === 'all') return true
    if (state.witness >= 0 && this.#wants(state, source, state.witness)) return true
    const { news, pieceCount } = this.#book
    const known = state.idleMark >= 0 && news.reachesBack(state.idleMark)
    const count = known ? news.mark - state.idleMark : pieceCount
    for (let step = 0; step < count; step++) {
      const piece = known ? news.at(state.idleMark + step) : step
      if (!this.#wants(state, source, piece)) continue
      state.witness = piece
      state.idleMark = -1
      return true
    }
    state.witness = -1
    state.idleMark = news.mark
    return false
  }

  count(source: BlockSource): number {
    const state = this.#sources.of(source)
    let count = 0
    for (let piece = 0; piece < this.#book.pieceCount; piece++) if (this.#wants(state, source, piece)) count++
    return count
  }

  #wants(state: SourceState, source: BlockSource, piece: number): boolean {
    return (
      this.#book.isWanted(piece) &&
      this.#book.blockCount(piece) > 0 &&
      this.#sources.owns(state, source, piece)
    )
  }
}
