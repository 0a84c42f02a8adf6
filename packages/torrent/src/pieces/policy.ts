import type { Random } from '../base/random.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { type Deadline, type Deadlines, FAST_SHARE } from './deadlines.ts'
import type { PartialPieces, Turn } from './partial-pieces.ts'
import { NOBODY, type PieceRequests } from './piece-requests.ts'
import { PARTIAL, type PieceTable } from './piece-table.ts'
import type { BlockSource } from './pieces.ts'
import { CHEAP_SEARCH, type SourceTable } from './source-table.ts'

/**
 * A piece due sooner is spread over the fastest sources. A later one is assigned to a single
 * source, in order.
 */
const SPREAD_MS = 5000
/** Least number of blocks for each source when a piece is spread. */
const LEAST_SHARE = 4
/**
 * Number of blocks for a source that has nothing else to do, and would otherwise never show how
 * fast it is.
 */
const TRIAL_BLOCKS = 4

/** If a piece takes its current sources longer than this, more sources may join. */
const SLOW_PIECE_SECONDS = 10
/**
 * Sources whose rates differ by more than this factor are kept out of each other's pieces if
 * possible.
 */
const UNLIKE_RATES = 4

/** Number of a source's suggestions that are considered, latest first. */
const SUGGESTIONS = 16
/**
 * Number of starts that are compared when a source wants a run of pieces, and length beyond which
 * runs count as equal.
 */
const RUN_STARTS = 8
const RUN_PIECES = 32
/**
 * While all sources are peers with all pieces, adjacent pieces are started together: disks, and
 * browsers even more so, read and write such an extent at a fraction of the cost of its pieces one
 * by one. Leeches instead start anywhere, so that they have pieces to trade. A torrent has at least
 * MIN_EXTENTS extents, so that leeches that have not met yet start in different places.
 */
const EXTENT_BYTES = 4 * 2 ** 20
const MIN_EXTENTS = 16

/** Maximum number of sources from which a block is requested at a time. */
export const MAX_SOURCES_PER_BLOCK = 3
/** A block that was requested this long ago may be requested from any source. */
const ENDGAME_PATIENCE_MS = 3000
/** Least time that a second request must be expected to win to be worth its bytes. */
const WORTHWHILE_MS = 200
/** Time before the next search for endgame blocks after one that found none. */
const NO_ENDGAME_MS = 20

export interface PickingPolicyOptions {
  readonly pieces: PieceTable
  readonly sources: SourceTable
  readonly partial: PartialPieces
  readonly deadlines: Deadlines
  readonly random: Random
  readonly pieceLengthBytes: number
}

/**
 * Which blocks to request from a source next. The first rule that yields blocks applies, until
 * enough are requested:
 *
 * 1. Pieces with deadlines, the soonest first, from sources fast enough for them. 2. The piece that
 *   the source works on already. 3. Partial pieces that nobody works on, or that take their sources
 *   too long; or else free pieces, if their priority is higher. Partial
 *     pieces: by priority, then the fewest blocks missing. Free pieces: by priority, then rarest first (BEP 3), then those the source
 *     suggested (BEP 6), then neighbors where that helps storage, then at random.
 * 4. Any other partial piece, those of sources with similar rates first, then the most free blocks.
 *   5. A free piece beyond the limit of partial pieces, if the source has nothing else to do. 6.
 *   When every block that any source has is requested: blocks requested from others that will take
 *   longer (endgame). 7. If the source has no requests at all: a few blocks of the piece that is
 *   due last.
 *
 * In Node, WeighedPolicy limits rules 2 to 5 to the source's share of the last blocks, by rate and
 * reputation.
 *
 * Only endgame and late deadlines request a block from more than one source. A source on parole
 * takes no part in pieces of others, and others take no part in its pieces while there is other
 * work, so that a failed piece has one culprit.
 */
export class PickingPolicy {
  /** Whether free pieces are started in the torrent's order rather than rarest first. */
  sequential = false
  readonly #pieces: PieceTable
  readonly #sources: SourceTable
  readonly #partial: PartialPieces
  readonly #deadlines: Deadlines
  readonly #random: Random
  readonly #extentPieces: number
  readonly #runStarts: number[] = []

  constructor({ pieces, sources, partial, deadlines, random, pieceLengthBytes }: PickingPolicyOptions) {
    this.#pieces = pieces
    this.#sources = sources
    this.#partial = partial
    this.#deadlines = deadlines
    this.#random = random
    this.#extentPieces = Math.floor(
      Math.min(EXTENT_BYTES / pieceLengthBytes, pieces.pieceCount / MIN_EXTENTS),
    )
  }

  /** Requests up to `turn.left` blocks from the source of the turn. */
  pick(turn: Turn): void {
    const count = turn.left
    this.#pickUrgent(turn)
    while (turn.left > 0) {
      const partial = this.#nextPiece(turn)
      if (!partial) break
      this.#partial.request(partial, turn.left, turn)
    }
    if (turn.left > 0 && this.#pieces.allRequested) this.#pickInEndgame(turn)
    if (turn.left === count && turn.state.requested === 0) this.#pickTrial(turn)
  }

  /** Rules 2 to 5: the piece that the source works on next, or null if none is suitable. */
  #nextPiece(turn: Turn): PieceRequests | null {
    const { source, state } = turn
    const current = this.#pieces.partial(state.piece)
    if (current && this.#canJoin(current, source)) return current

    const joinable = this.#preferredPartial(source)
    const priority = joinable ? this.#pieces.priority(joinable.piece) : 0
    if (priority < this.#pieces.order.topPriority && this.#partial.hasRoom) {
      const piece = this.#freePiece(turn)
      if (piece >= 0 && this.#pieces.priority(piece) > priority) return this.#partial.begin(piece, source)
    }
    const partial = joinable ?? this.#lastResort(source)
    if (partial || !this.#mayOverdraw(turn)) return partial

    const piece = this.#freePiece(turn)
    return piece >= 0 ? this.#partial.begin(piece, source) : null
  }

  /**
   * Whether the source may start a piece beyond the limit. If no connected source has the partial
   * pieces, the download would otherwise stall. Only while nothing is requested from it, and no
   * piece waits to be verified, which would make room.
   */
  #mayOverdraw({ state }: Turn): boolean {
    const { hasRoom, hasUrgentRoom, completeCount } = this.#partial
    return !hasRoom && hasUrgentRoom && state.requested === 0 && completeCount === 0
  }

  // Partial pieces.

  /**
   * Whether free blocks of the piece may be requested from the source. Pieces with deadlines are
   * assigned only by rule 1.
   */
  #canJoin(partial: PieceRequests, source: BlockSource): boolean {
    const { piece } = partial
    if (partial.free === 0 || this.#pieces.state(piece) !== PARTIAL || !this.#pieces.isWanted(piece))
      return false
    if (this.#pieces.isUrgent(piece)) return false
    return this.#canJoinUrgent(partial, source)
  }

  #canJoinUrgent(partial: PieceRequests, source: BlockSource): boolean {
    if (!delivers(source, partial.piece)) return false
    if (source.onParole && partial.sole !== source.id && partial.sole !== NOBODY) return false
    const { exclusiveTo } = partial
    return exclusiveTo === NOBODY || exclusiveTo === source.id || this.#pieces.order.size === 0
  }

  /** Rule 3: a partial piece worth joining even while there are free pieces. */
  #preferredPartial(source: BlockSource): PieceRequests | null {
    let best: PieceRequests | null = null
    for (const partial of this.#partial.joinable) {
      if (!this.#isWelcome(partial, source) || !this.#canJoin(partial, source)) continue
      if (!best || this.#isBetter(partial, best)) best = partial
    }
    return best
  }

  /**
   * Whether no source works on the piece, or its sources are slow for its size and this one is not
   * much slower.
   */
  #isWelcome(partial: PieceRequests, source: BlockSource): boolean {
    if (partial.requested === 0) return true
    // A long range from a web seed is worth more than the end of a piece.
    if (source.wantsRuns) return false
    const pace = this.#partial.pace(partial)
    if (pace === 0 || source.bytesPerSecond * UNLIKE_RATES < pace) return false
    return partial.free * BLOCK_BYTES > pace * SLOW_PIECE_SECONDS
  }

  #isBetter(partial: PieceRequests, best: PieceRequests): boolean {
    const difference = this.#pieces.priority(partial.piece) - this.#pieces.priority(best.piece)
    if (difference !== 0) return difference > 0
    if (this.sequential) return partial.piece < best.piece
    return partial.blockCount - partial.received < best.blockCount - best.received
  }

  /** Rule 4: any partial piece that the source would not merely delay. */
  #lastResort(source: BlockSource): PieceRequests | null {
    let best: PieceRequests | null = null
    let bestIsAlike = false
    const rate = source.bytesPerSecond
    for (const partial of this.#partial.joinable) {
      if (!this.#canJoin(partial, source)) continue
      const pace = this.#partial.pace(partial)
      // One block from this source would take longer than all free blocks from the fastest one.
      if (rate > 0 && pace > partial.free * rate) continue
      const alike = rate * UNLIKE_RATES >= pace
      if (best && (bestIsAlike !== alike ? bestIsAlike : best.free >= partial.free)) continue
      best = partial
      bestIsAlike = alike
    }
    return best
  }

  // Free pieces.

  /** The free piece that the source starts next, or -1. */
  #freePiece({ source, state, nowMs }: Turn): number {
    const { order, changes } = this.#pieces
    if (order.size === 0) return -1
    if (state.searchedInVain(source, changes, nowMs)) return this.#changedPiece(state, source)

    const next = state.piece + 1
    if (source.wantsRuns && this.#continuesRun(source, next)) return next
    const best = this.sequential
      ? order.firstInSequence(source)
      : order.find(source, state.has !== null && state.has !== 'all')
    if (best < 0) {
      state.rememberSearch(source, changes, order.scanned, nowMs)
      return -1
    }
    if (this.sequential) return best
    if (source.wantsRuns) return this.#longestRun(source, best)
    return this.#suggested(source, best) ?? this.#inExtent(source, next, best)
  }

  /** An earlier search found nothing, so only pieces that have changed since can be suitable. */
  #changedPiece(state: Turn['state'], source: BlockSource): number {
    const { changes } = this.#pieces
    for (; state.searchedUpTo < changes.position; state.searchedUpTo++) {
      const piece = changes.at(state.searchedUpTo)
      if (this.#isFreeFor(source, piece)) return piece
    }
    return -1
  }

  #continuesRun(source: BlockSource, piece: number): boolean {
    if (piece <= 0 || piece >= this.#pieces.pieceCount || !this.#pieces.order.contains(piece)) return false
    return this.#pieces.priority(piece) === this.#pieces.order.topPriority && delivers(source, piece)
  }

  /**
   * Returns, of a few pieces as good as `best`, the one that is followed by the most free pieces.
   */
  #longestRun(source: BlockSource, best: number): number {
    const starts = this.#runStarts
    starts.length = 0
    this.#pieces.order.equals(best, RUN_STARTS, starts)
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

  /** BEP 6: a suggestion is advice. It decides among pieces of equal priority and rarity. */
  #suggested(source: BlockSource, best: number): number | null {
    const { suggested } = source
    const end = Math.max(0, suggested.length - SUGGESTIONS)
    for (let at = suggested.length - 1; at >= end; at--) {
      const piece = suggested[at]!
      if (this.#isAsGood(source, piece, best)) return piece
    }
    return null
  }

  /**
   * A piece as good as `best`: `next` if it lies in the extent of the piece before it, or else the
   * first in the extent of `best`.
   */
  #inExtent(source: BlockSource, next: number, best: number): number {
    if (this.#extentPieces < 2 || this.#sources.scattering > 0) return best
    if (next % this.#extentPieces > 0 && this.#isAsGood(source, next, best)) return next
    for (let piece = best - (best % this.#extentPieces); piece < best; piece++)
      if (this.#isAsGood(source, piece, best)) return piece
    return best
  }

  #isAsGood(source: BlockSource, piece: number, best: number): boolean {
    return this.#pieces.order.areEqual(piece, best) && delivers(source, piece)
  }

  #isFreeFor(source: BlockSource, piece: number): boolean {
    return piece < this.#pieces.pieceCount && this.#pieces.order.contains(piece) && delivers(source, piece)
  }

  // Endgame.

  /**
   * Rule 6. BEP 3 requests every missing block from all peers, and calls that horribly
   * inefficient. Here a block is requested again only from a source that will deliver it sooner, or
   * after a long wait. Blocks requested from the fewest sources come first.
   */
  #pickInEndgame(turn: Turn): void {
    const { list } = this.#partial
    if (turn.source.onParole || list.length === 0 || turn.nowMs < turn.state.noEndgameUntilMs) return
    const count = turn.left
    const first = this.#random.below(list.length)
    let scanned = 0
    for (let sources = 1; sources < MAX_SOURCES_PER_BLOCK && turn.left > 0; sources++)
      for (let step = 0; step < list.length && turn.left > 0; step++) {
        const partial = list[(first + step) % list.length]!
        scanned += partial.requested > 0 ? partial.blockCount : 1
        this.#pickAgain(partial, sources, null, turn)
      }
    if (turn.left === count && scanned > CHEAP_SEARCH)
      turn.state.noEndgameUntilMs = turn.nowMs + NO_ENDGAME_MS
  }

  /**
   * Requests blocks of the piece that are requested from this many sources; with `dueMs`, only
   * those that would arrive too late.
   */
  #pickAgain(partial: PieceRequests, sources: number, dueMs: number | null, turn: Turn): void {
    const { source, nowMs } = turn
    const { piece } = partial
    if (partial.requested === 0 || this.#pieces.state(piece) !== PARTIAL || !this.#pieces.isWanted(piece))
      return
    if (source.onParole || !delivers(source, piece)) return
    // A source answers requests in order, so the last blocks come last.
    for (let block = partial.blockCount - 1; block >= 0 && turn.left > 0; block--) {
      if (partial.sourceCount(block) !== sources || partial.isRequestedFrom(block, source.id)) continue
      const waitedMs = nowMs - partial.requestedMs(block)
      if (waitedMs >= ENDGAME_PATIENCE_MS || this.#isSooner(turn, partial.firstSource(block), dueMs))
        this.#partial.requestAgain(partial, block, turn)
    }
  }

  #isSooner({ source, state, nowMs }: Turn, other: number, dueMs: number | null): boolean {
    const rate = source.bytesPerSecond
    const otherRate = this.#sources.bytesPerSecond(other)
    if (rate <= otherRate) return false
    const otherMs = waitMs(this.#sources.requestedFrom(other), otherRate)
    if (dueMs !== null && nowMs + otherMs <= dueMs) return false
    return otherMs > 2 * waitMs(state.requested + 1, rate) + WORTHWHILE_MS
  }

  // Deadlines.

  /** Rule 1. */
  #pickUrgent(turn: Turn): void {
    for (const deadline of this.#deadlines.list) {
      if (turn.left === 0) break
      const { piece } = deadline
      if (!this.#canServe(piece, turn.source)) continue
      const partial = this.#pieces.partial(piece)
      const free = partial ? partial.free : this.#pieces.blockCount(piece)
      if (free > 0) {
        const share = Math.min(turn.left, this.#urgentShare(deadline, free, turn))
        if (share > 0) this.#partial.request(partial ?? this.#partial.begin(piece, turn.source), share, turn)
      } else if (partial) this.#pickAgain(partial, 1, deadline.dueMs, turn)
    }
  }

  /** Rule 7. */
  #pickTrial(turn: Turn): void {
    const { list } = this.#deadlines
    for (let at = list.length - 1; at >= 0; at--) {
      const { piece } = list[at]!
      const partial = this.#pieces.partial(piece)
      if (partial?.free === 0 || !this.#canServe(piece, turn.source)) continue
      const count = Math.min(turn.left, TRIAL_BLOCKS)
      this.#partial.request(partial ?? this.#partial.begin(piece, turn.source), count, turn)
      return
    }
  }

  #canServe(piece: number, source: BlockSource): boolean {
    if (!this.#pieces.isWanted(piece) || !delivers(source, piece)) return false
    const partial = this.#pieces.partial(piece)
    if (partial) return this.#canJoinUrgent(partial, source)
    return this.#pieces.isFree(piece) && this.#partial.hasUrgentRoom
  }

  /**
   * Number of the `free` blocks to request from the source now; 0 leaves the piece to faster
   * sources. A source that will be in time may always take part, so that the fastest remain
   * available for the soonest deadlines.
   */
  #urgentShare(deadline: Deadline, free: number, { source, state, nowMs }: Turn): number {
    this.#deadlines.rankSources(deadline, nowMs)
    const rate = source.bytesPerSecond
    const slackMs = deadline.dueMs - nowMs
    const fast = rate >= deadline.bestBytesPerSecond * FAST_SHARE
    if (!fast && waitMs(state.requested + free, rate) > slackMs) return 0
    if (slackMs > SPREAD_MS || !fast) return free
    return Math.max(LEAST_SHARE, Math.ceil(free / Math.max(1, deadline.fastSources)))
  }
}

/** Whether the source would deliver the piece now. */
function delivers(source: BlockSource, piece: number): boolean {
  return source.isSeed || source.has(piece)
}

/** Returns how many milliseconds a source takes for this many blocks. */
function waitMs(blocks: number, bytesPerSecond: number): number {
  return bytesPerSecond > 0 ? (blocks * BLOCK_BYTES * 1000) / bytesPerSecond : Number.POSITIVE_INFINITY
}
