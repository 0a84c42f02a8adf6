import { NOBODY, PieceRequests } from './piece-requests.ts'
import { COMPLETE, MISSING, type PieceTable } from './piece-table.ts'
import type { BlockNumber, BlockReceipt, BlockSource } from './pieces.ts'
import type { SourceState, SourceTable } from './source-table.ts'

/**
 * Deadlines, and sources that have nothing else to do, may exceed the limit of partial pieces by
 * this factor.
 */
const OVERDRAFT = 2

const UNWANTED: BlockReceipt = { wanted: false, alsoAsked: [], pieceComplete: false }
const WANTED: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: false }
const LAST_OF_PIECE: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: true }

/** One call of `pick`. */
export interface Turn {
  readonly source: BlockSource
  readonly state: SourceState
  readonly nowMs: number
  /** The blocks requested so far are appended here. */
  readonly into: BlockNumber[]
  /** Number of further blocks that may be requested. */
  left: number
}

/**
 * Pieces that have been started and not verified. Every request, arrival and release goes through
 * this class, which keeps the requests, the sources' counts and the table's sums consistent.
 */
export class PartialPieces {
  /** Called with each piece that becomes partial, before a block of it is requested. */
  onBegun: ((piece: number) => void) | null = null
  /** Limit of partial pieces. Lowering it does not evict any. */
  maxPieces = 2
  /**
   * All partial pieces, unordered. Removal moves the last one, so a loop that may remove runs
   * backwards.
   */
  readonly list: PieceRequests[] = []
  /**
   * Those with free blocks, unordered. There are few of them when pieces are small and windows
   * long.
   */
  readonly joinable: PieceRequests[] = []
  /** Number of pieces that have all their blocks and wait to be verified. */
  completeCount = 0
  readonly #pieces: PieceTable
  readonly #sources: SourceTable
  readonly #spare: PieceRequests[] = []

  constructor(pieces: PieceTable, sources: SourceTable) {
    this.#pieces = pieces
    this.#sources = sources
  }

  /** Whether another piece may be started. */
  get hasRoom(): boolean {
    return this.list.length < this.maxPieces
  }

  /** Whether another piece may be started for a deadline or an idle source. */
  get hasUrgentRoom(): boolean {
    return this.list.length < OVERDRAFT * this.maxPieces
  }

  /**
   * Whether the download is stuck: no piece may be started, none waits to be verified, and no
   * block is requested.
   */
  get isDeadlocked(): boolean {
    return !this.hasUrgentRoom && this.isIdle
  }

  /** Whether no piece waits to be verified, and no block is requested. */
  get isIdle(): boolean {
    return this.completeCount === 0 && this.list.every(partial => partial.requested === 0)
  }

  /** The highest bytes per second of any source with open requests for the piece, or 0. */
  pace(partial: PieceRequests): number {
    return partial.paceSource === NOBODY ? 0 : this.#sources.bytesPerSecond(partial.paceSource)
  }

  /** Starts a free piece for the source. */
  begin(piece: number, source: BlockSource): PieceRequests {
    const partial = this.#begin(piece)
    if (source.onParole) partial.exclusiveTo = source.id
    return partial
  }

  /** Requests up to `count` free blocks of the piece, in order. */
  request(partial: PieceRequests, count: number, turn: Turn): void {
    const { source, state, nowMs, into } = turn
    const { piece } = partial
    const first = piece * this.#pieces.blocksPerPiece
    const requested = Math.min(count, partial.free)
    for (let step = 0; step < requested; step++) {
      into.push(first + partial.request(source.id, nowMs))
      this.#pieces.addFreeBlocks(piece, -1)
    }
    this.#updateJoinable(partial)
    const { paceSource } = partial
    if (paceSource === NOBODY || (paceSource !== source.id && source.bytesPerSecond > this.pace(partial)))
      partial.paceSource = source.id
    state.requested += requested
    state.piece = piece
    turn.left -= requested
  }

  /** Requests a block that has already been requested from other sources. */
  requestAgain(partial: PieceRequests, block: number, turn: Turn): void {
    partial.requestAgain(block, turn.source.id, turn.nowMs)
    turn.into.push(partial.piece * this.#pieces.blocksPerPiece + block)
    turn.state.requested++
    turn.left--
  }

  /** Handles a block that arrived, whether it was requested or not. */
  receive(sourceId: number, number: BlockNumber): BlockReceipt {
    const piece = Math.floor(number / this.#pieces.blocksPerPiece)
    const block = number - piece * this.#pieces.blocksPerPiece
    let partial = this.#pieces.partial(piece)
    if (!partial) {
      if (!this.hasUrgentRoom || !this.#pieces.isFree(piece) || block >= this.#pieces.blockCount(piece))
        return UNWANTED
      partial = this.#begin(piece)
    }
    if (block >= partial.blockCount || partial.isReceived(block)) return UNWANTED
    if (partial.isRequestedFrom(block, sourceId)) this.#sources.countReleased(sourceId)
    if (!partial.isRequested(block)) this.#pieces.addFreeBlocks(piece, -1)
    const alsoAsked = partial.receive(block, sourceId)
    this.#updateJoinable(partial)
    this.#pieces.countReceived(piece)
    for (const other of alsoAsked) this.#sources.countReleased(other)
    const pieceComplete = partial.isComplete
    if (pieceComplete) {
      this.#pieces.setState(piece, COMPLETE)
      this.completeCount++
    }
    if (alsoAsked.length > 0) return { wanted: true, alsoAsked, pieceComplete }
    return pieceComplete ? LAST_OF_PIECE : WANTED
  }

  /**
   * Withdraws the request for one block. Does nothing if the block is not requested from the
   * source.
   */
  release(partial: PieceRequests, block: number, sourceId: number): void {
    if (!partial.isRequestedFrom(block, sourceId)) return
    this.#sources.countReleased(sourceId)
    if (!partial.release(block, sourceId)) return
    this.#updateJoinable(partial)
    this.#pieces.addFreeBlocks(partial.piece, 1)
    if (partial.requested > 0) return
    // The source that was to fetch the piece alone has stopped.
    partial.exclusiveTo = NOBODY
    if (partial.received === 0) this.drop(partial, MISSING)
  }

  /** Withdraws all requests to the source. */
  releaseAll(sourceId: number): void {
    for (let at = this.list.length - 1; at >= 0; at--) {
      const partial = this.list[at]!
      if (partial.exclusiveTo === sourceId) partial.exclusiveTo = NOBODY
      for (let block = 0; block < partial.blockCount && partial.requested > 0; block++)
        this.release(partial, block, sourceId)
    }
    this.#sources.forget(sourceId)
  }

  /** Removes a piece with all its requests, and puts it into the given state (MISSING or HAVE). */
  drop(partial: PieceRequests, state: number): void {
    const { piece } = partial
    if (partial.isComplete) this.completeCount--
    this.#pieces.setState(piece, state)
    for (let block = 0; block < partial.blockCount && partial.requested > 0; block++)
      while (partial.isRequested(block)) {
        const source = partial.firstSource(block)
        this.#sources.countReleased(source)
        partial.release(block, source)
      }
    const last = this.list.pop()!
    if (last !== partial) {
      this.list[partial.index] = last
      last.index = partial.index
    }
    if (partial.joinableIndex >= 0) this.#removeJoinable(partial)
    partial.piece = -1
    this.#spare.push(partial)
  }

  #begin(piece: number): PieceRequests {
    const partial = this.#spare.pop() ?? new PieceRequests(this.#pieces.blocksPerPiece)
    partial.reset(piece, this.#pieces.blockCount(piece))
    this.#pieces.begin(piece, partial)
    partial.index = this.list.length
    this.list.push(partial)
    this.#updateJoinable(partial)
    this.onBegun?.(piece)
    return partial
  }

  #updateJoinable(partial: PieceRequests): void {
    if (partial.free > 0 === partial.joinableIndex >= 0) return
    if (partial.free > 0) {
      partial.joinableIndex = this.joinable.length
      this.joinable.push(partial)
    } else this.#removeJoinable(partial)
  }

  #removeJoinable(partial: PieceRequests): void {
    const last = this.joinable.pop()!
    if (last !== partial) {
      this.joinable[partial.joinableIndex] = last
      last.joinableIndex = partial.joinableIndex
    }
    partial.joinableIndex = -1
  }
}
