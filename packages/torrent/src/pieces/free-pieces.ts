import type { PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceState } from './source-book.ts'

/** A search that looked at fewer pieces is not worth remembering. */
const CHEAP_SEARCH = 256
/** How long a vain search is believed: a millisecond for each so many pieces looked at. Bounds the cost of idle sources. */
const PIECES_PER_MS = 200
/** Suggestions looked at, the latest first. */
const SUGGESTIONS = 16
/** How many starts are compared for a run, and how long a run is as good as any. */
const RUN_STARTS = 8
const RUN_PIECES = 32

/**
 * While all sources are peers that have everything, pieces that lie together are begun together: disks, and browsers most of all, read and
 * write such a stretch at a fraction of what its pieces cost one by one. Leechers that know each other begin anywhere, to have something to
 * give. A torrent has so many stretches at least, for those who are about to meet.
 */
const EXTENT_BYTES = 4 * 2 ** 20
const MIN_EXTENTS = 16

/** Which piece a source begins. */
export class FreePieces {
  /** In the torrent's order rather than the rarest first. */
  sequential = false
  readonly #book: PieceBook
  readonly #starts: number[] = []
  readonly #extentPieces: number

  constructor(book: PieceBook, pieceLengthBytes: number) {
    this.#book = book
    this.#extentPieces = Math.floor(Math.min(EXTENT_BYTES / pieceLengthBytes, book.pieceCount / MIN_EXTENTS))
  }

  /** A free piece that the source has: the best of the highest priority there is for it. -1 when it has none. */
  choose(source: BlockSource, state: SourceState, nowMs: number): number {
    const { order } = this.#book
    if (order.size === 0) return -1
    if (this.#isDry(state, source, nowMs)) return this.#fromNews(source, state)
    if (source.wantsRuns && this.#continues(source, state.piece + 1)) return state.piece + 1
    const piece = this.sequential
      ? this.#book.firstInSequence(source)
      : order.find(source, state.has !== null && state.has !== 'all')
    if (piece < 0) {
      const scanned = this.sequential ? order.size : order.scanned
      if (scanned > CHEAP_SEARCH) {
        state.dryMark = this.#book.news.mark
        state.dryUntilMs = nowMs + scanned / PIECES_PER_MS
        state.source = source
      }
      return -1
    }
    if (this.sequential) return piece
    if (source.wantsRuns) return this.#longestRun(source, piece)
    return this.#suggested(source, piece) ?? this.#inExtent(source, state.piece, piece)
  }

  #isDry(state: SourceState, source: BlockSource, nowMs: number): boolean {
    if (state.dryMark < 0 || source.isSeed) return false
    const { news } = this.#book
    if (state.source === source && nowMs < state.dryUntilMs && news.reachesBack(state.dryMark)) return true
    state.dryMark = -1
    return false
  }

  /** Nothing that was there before was of use, so only what is new since can be. */
  #fromNews(source: BlockSource, state: SourceState): number {
    const { news, order } = this.#book
    for (; state.dryMark < news.mark; state.dryMark++) {
      const piece = news.at(state.dryMark)
      if (order.contains(piece) && (source.isSeed || source.has(piece))) return piece
    }
    return -1
  }

  #continues(source: BlockSource, piece: number): boolean {
    if (piece <= 0 || piece >= this.#book.pieceCount || !this.#book.order.contains(piece)) return false
    return this.#book.priority(piece) === this.#book.order.topPriority && (source.isSeed || source.has(piece))
  }

  /** BEP 6: a suggestion is advice; it decides among pieces that are equally urgent and equally rare. */
  #suggested(source: BlockSource, best: number): number | null {
    const { suggested } = source
    const end = Math.max(0, suggested.length - SUGGESTIONS)
    for (let at = suggested.length - 1; at >= end; at--) {
      const piece = suggested[at]!
      if (this.#isAsGood(source, piece, best)) return piece
    }
    return null
  }

  /** A piece as good as `best`: the next after `last` within its extent, or else the first of the extent that `best` lies in. */
  #inExtent(source: BlockSource, last: number, best: number): number {
    if (this.#extentPieces < 2 || this.#book.scattering > 0) return best
    const next = last + 1
    if (next % this.#extentPieces > 0 && this.#isAsGood(source, next, best)) return next
    for (let piece = best - (best % this.#extentPieces); piece < best; piece++)
      if (this.#isAsGood(source, piece, best)) return piece
    return best
  }

  #isAsGood(source: BlockSource, piece: number, best: number): boolean {
    return this.#book.order.areEqual(piece, best) && (source.isSeed || source.has(piece))
  }

  /** Of a few pieces as good as `best`, the one that most free pieces follow. */
  #longestRun(source: BlockSource, best: number): number {
    const starts = this.#starts
    starts.length = 0
    this.#book.order.equals(best, RUN_STARTS, starts)
    let longest = 0
    let start = best
    for (const first of starts) {
      let piece = first
      while (piece - first < RUN_PIECES && this.#isFreeFor(source, piece)) piece++
      if (piece - first <= longest) continue
      longest = piece - first
      start = first
    }
    return start
  }

  #isFreeFor(source: BlockSource, piece: number): boolean {
    return (
      piece < this.#book.pieceCount &&
      this.#book.order.contains(piece) &&
      (source.isSeed || source.has(piece))
    )
  }
}
