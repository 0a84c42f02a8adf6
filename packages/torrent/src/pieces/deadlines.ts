import { waitMs } from './duplicates.ts'
import type { PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceBook, SourceState } from './source-book.ts'

/** Deadlines kept at a time: a stream needs only the next few pieces, and each costs a look at every pick. */
export const MAX_DEADLINES = 512
/** How long it is believed which sources are the fastest for a piece. */
const RANKING_MS = 250
/** A source with this share of the best rate is one of the fastest. */
const FAST_SHARE = 0.5
/** A piece due sooner is spread over the fastest sources; a later one goes to one source, in order. */
const SPREAD_MS = 5000
/** The least that is asked of one source when a piece is spread. */
const LEAST_SHARE = 4

export interface Deadline {
  readonly piece: number
  dueMs: number
  bestBytesPerSecond: number
  /** How many sources have at least FAST_SHARE of that. */
  fastSources: number
  rankedMs: number
}

/** Pieces that somebody waits for (streaming), the soonest first. */
export class Deadlines {
  readonly list: Deadline[] = []
  readonly #book: PieceBook
  readonly #sources: SourceBook

  constructor(book: PieceBook, sources: SourceBook) {
    this.#book = book
    this.#sources = sources
  }

  /** Sets, moves or (null) removes a deadline. Beyond MAX_DEADLINES, the latest is dropped. */
  set(piece: number, dueMs: number | null): void {
    const at = this.list.findIndex(deadline => deadline.piece === piece)
    if (at >= 0) this.list.splice(at, 1)
    if (dueMs === null) {
      this.#book.setUrgent(piece, false)
      return
    }
    const before = this.list.findIndex(deadline => deadline.dueMs > dueMs)
    const deadline = {
      piece,
      dueMs,
      bestBytesPerSecond: 0,
      fastSources: 0,
      rankedMs: Number.NEGATIVE_INFINITY,
    }
    this.list.splice(before < 0 ? this.list.length : before, 0, deadline)
    this.#book.setUrgent(piece, true)
    if (this.list.length > MAX_DEADLINES) this.#book.setUrgent(this.list.pop()!.piece, false)
  }

  /**
   * How many blocks of the piece to ask of the source now, of `free`; 0 when it is left to faster ones. A source that will be in time may
   * always take part, so that the fastest are kept for what is due soonest.
   */
  share(deadline: Deadline, source: BlockSource, state: SourceState, free: number, nowMs: number): number {
    this.#rank(deadline, nowMs)
    const rate = source.bytesPerSecond
    const slackMs = deadline.dueMs - nowMs
    const fast = rate >= deadline.bestBytesPerSecond * FAST_SHARE
    if (!fast && waitMs(state.requested + free, rate) > slackMs) return 0
    if (slackMs > SPREAD_MS || !fast) return free
    return Math.max(LEAST_SHARE, Math.ceil(free / Math.max(1, deadline.fastSources)))
  }

  #rank(deadline: Deadline, nowMs: number): void {
    if (nowMs - deadline.rankedMs < RANKING_MS) return
    deadline.rankedMs = nowMs
    let best = 0
    for (const { source } of this.#sources.all())
      if (source.bytesPerSecond > best && (source.isSeed || source.has(deadline.piece)))
        best = source.bytesPerSecond
    deadline.bestBytesPerSecond = best
    deadline.fastSources = 0
    for (const { source } of this.#sources.all())
      if (source.bytesPerSecond >= best * FAST_SHARE && (source.isSeed || source.has(deadline.piece)))
        deadline.fastSources++
  }
}
