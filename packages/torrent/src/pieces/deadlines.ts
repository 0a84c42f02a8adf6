import type { PieceTable } from './piece-table.ts'
import type { SourceTable } from './source-table.ts'

/**
 * Number of deadlines kept. A stream needs only the next few pieces, and every `pick` scans all of
 * them.
 */
const MAX_DEADLINES = 512
/** Time for which a ranking of the sources is used. */
const RANKING_MS = 250
/** A source with this share of the best rate counts as fast. */
export const FAST_SHARE = 0.5

/** A piece that is needed by `dueMs`. */
export interface Deadline {
  readonly piece: number
  readonly dueMs: number
  /** Highest rate of any source with the piece, and number of fast sources, both at `rankedMs`. */
  bestBytesPerSecond: number
  fastSources: number
  rankedMs: number
}

/**
 * The pieces with deadlines (streaming), soonest first, and the speed of the sources that have
 * them.
 */
export class Deadlines {
  readonly list: Deadline[] = []
  readonly #pieces: PieceTable
  readonly #sources: SourceTable

  constructor(pieces: PieceTable, sources: SourceTable) {
    this.#pieces = pieces
    this.#sources = sources
  }

  /**
   * Sets, moves or (null) removes a deadline. The latest one is dropped if there are more than
   * MAX_DEADLINES.
   */
  set(piece: number, dueMs: number | null): void {
    const at = this.list.findIndex(deadline => deadline.piece === piece)
    if (at >= 0) this.list.splice(at, 1)
    if (dueMs === null) {
      this.#pieces.setUrgent(piece, false)
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
    this.#pieces.setUrgent(piece, true)
    if (this.list.length > MAX_DEADLINES) this.#pieces.setUrgent(this.list.pop()!.piece, false)
  }

  /** Updates the rates in a deadline, unless they are fresh. */
  rankSources(deadline: Deadline, nowMs: number): void {
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
