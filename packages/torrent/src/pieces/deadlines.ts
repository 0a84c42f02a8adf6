import { type Duplicates, waitMs } from './duplicates.ts'
import type { Joining } from './joining.ts'
import type { PieceBook } from './piece-book.ts'
import type { BlockNumber, BlockSource } from './pieces.ts'
import type { Requests } from './requests.ts'
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
/** Blocks for a source that has nothing else to do and would otherwise never show how fast it is. */
const TRIAL_BLOCKS = 4

interface Deadline {
  readonly piece: number
  dueMs: number
  bestBytesPerSecond: number
  /** How many sources have at least FAST_SHARE of that. */
  fastSources: number
  rankedMs: number
}

/** Pieces that somebody waits for (streaming), the soonest first. */
export class Deadlines {
  readonly #list: Deadline[] = []
  readonly #book: PieceBook
  readonly #sources: SourceBook
  readonly #requests: Requests
  readonly #joining: Joining
  readonly #duplicates: Duplicates

  constructor(
    book: PieceBook,
    sources: SourceBook,
    requests: Requests,
    joining: Joining,
    duplicates: Duplicates,
  ) {
    this.#book = book
    this.#sources = sources
    this.#requests = requests
    this.#joining = joining
    this.#duplicates = duplicates
  }

  get count(): number {
    return this.#list.length
  }

  /** Sets, moves or (null) removes a deadline. Beyond MAX_DEADLINES, the latest is dropped. */
  set(piece: number, dueMs: number | null): void {
    const at = this.#list.findIndex(deadline => deadline.piece === piece)
    if (at >= 0) this.#list.splice(at, 1)
    if (dueMs === null) {
      this.#book.setUrgent(piece, false)
      return
    }
    const before = this.#list.findIndex(deadline => deadline.dueMs > dueMs)
    const deadline = {
      piece,
      dueMs,
      bestBytesPerSecond: 0,
      fastSources: 0,
      rankedMs: Number.NEGATIVE_INFINITY,
    }
    this.#list.splice(before < 0 ? this.#list.length : before, 0, deadline)
    this.#book.setUrgent(piece, true)
    if (this.#list.length > MAX_DEADLINES) this.#book.setUrgent(this.#list.pop()!.piece, false)
  }

  /** Blocks of pieces with deadlines for the source, the soonest first. */
  pick(source: BlockSource, state: SourceState, count: number, nowMs: number, into: BlockNumber[]): number {
    let left = count
    for (const deadline of this.#list) {
      if (left === 0) break
      const { piece } = deadline
      if (!this.#allows(piece, source)) continue
      const open = this.#book.open.get(piece)
      const free = open ? open.free : this.#book.blockCount(piece)
      if (free > 0) {
        const share = Math.min(left, this.#share(deadline, source, state, free, nowMs))
        if (share === 0) continue
        left -= this.#requests.ask(
          open ?? this.#requests.begin(piece, source),
          source,
          state,
          share,
          nowMs,
          into,
        )
      } else if (open)
        left -= this.#duplicates.takeFrom(open, 1, source, state, left, nowMs, deadline.dueMs, into)
    }
    return count - left
  }

  /** For a source that has nothing at all to do: a few blocks of the piece that is due last. */
  pickTrial(
    source: BlockSource,
    state: SourceState,
    count: number,
    nowMs: number,
    into: BlockNumber[],
  ): number {
    for (let at = this.#list.length - 1; at >= 0; at--) {
      const { piece } = this.#list[at]!
      const open = this.#book.open.get(piece)
      if (open?.free === 0 || !this.#allows(piece, source)) continue
      const limit = Math.min(count, TRIAL_BLOCKS)
      return this.#requests.ask(
        open ?? this.#requests.begin(piece, source),
        source,
        state,
        limit,
        nowMs,
        into,
      )
    }
    return 0
  }

  #allows(piece: number, source: BlockSource): boolean {
    if (!this.#book.isWanted(piece) || !(source.isSeed || source.has(piece))) return false
    const open = this.#book.open.get(piece)
    if (open) return this.#joining.allowsUrgent(open, source)
    return this.#book.isFree(piece) && this.#requests.hasUrgentRoom
  }

  /**
   * How many blocks of the piece to ask of the source now, of `free`; 0 when it is left to faster ones. A source that will be in time may
   * always take part, so that the fastest are kept for what is due soonest.
   */
  #share(deadline: Deadline, source: BlockSource, state: SourceState, free: number, nowMs: number): number {
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
