import { WeighedPolicy } from '#weighed-policy'
import type { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { Deadlines } from './deadlines.ts'
import { PartialPieces } from './partial-pieces.ts'
import type { PieceRequests } from './piece-requests.ts'
import { HAVE, MISSING, PARTIAL, type PickerLayout, PieceTable, type PieceView } from './piece-table.ts'
import type { BlockNumber, BlockReceipt, BlockSource, PiecePriority } from './pieces.ts'
import type { PickingPolicy } from './policy.ts'
import { type SourceRegistry, SourceTable } from './source-table.ts'

export interface PiecePickerOptions {
  readonly layout: PickerLayout
  /**
   * Verified pieces. The picker keeps the bitfield: `pieceDone` sets a bit, `pieceLost` clears one.
   */
  readonly have: Bitfield
  readonly random: Random
  /**
   * Limit of the bytes of partial pieces, which a download holds in memory. Default 64 MiB, never
   * less than two pieces.
   */
  readonly maxPartialBytes?: number
  /** The same limit as a number of pieces. Default: only `maxPartialBytes` applies. */
  readonly maxPartialPieces?: number
}

const DEFAULT_PARTIAL_BYTES = 64 * 1024 * 1024

/**
 * Decides which blocks to request from which source. PickingPolicy (policy.ts) states the order of
 * choice; this class keeps the tables that it reads consistent with everything that happens to
 * pieces and sources.
 *
 * It stores two numbers per piece and a few per block of partial pieces. Sources are identified by
 * `id` alone: `pick` may be given another view of a source (only the pieces that a choking peer
 * still allows, say) than `sources.add`.
 */
export class PiecePicker {
  readonly pieces: PieceView
  readonly sources: SourceRegistry
  readonly #pieces: PieceTable
  readonly #sources: SourceTable
  readonly #partial: PartialPieces
  readonly #deadlines: Deadlines
  readonly #policy: PickingPolicy
  readonly #maxPartialPieces: number
  readonly #pieceLengthBytes: number

  constructor(options: PiecePickerOptions) {
    const {
      layout,
      have,
      random,
      maxPartialBytes = DEFAULT_PARTIAL_BYTES,
      maxPartialPieces = Infinity,
    } = options
    if (have.length !== layout.pieceCount)
      throw new ShoalError('bad-argument', 'the bit field has another length than the layout')
    const { pieceLengthBytes } = layout
    const pieces = new PieceTable(layout, have, random)
    const sources = new SourceTable(pieces)
    const partial = new PartialPieces(pieces, sources)
    const deadlines = new Deadlines(pieces, sources)
    this.#policy = new WeighedPolicy({ pieces, sources, partial, deadlines, random, pieceLengthBytes })
    this.pieces = pieces
    this.sources = sources
    this.#pieces = pieces
    this.#sources = sources
    this.#partial = partial
    this.#deadlines = deadlines
    this.#maxPartialPieces = maxPartialPieces
    this.#pieceLengthBytes = pieceLengthBytes
    this.setMaxPartialBytes(maxPartialBytes)
  }

  /**
   * Calls back for each piece of which the first block is about to be requested. Replaces an
   * earlier callback.
   */
  set onBegun(callback: (piece: number) => void) {
    this.#partial.onBegun = callback
  }

  /**
   * Changes the limit of the bytes of partial pieces; never less than two pieces. Does not evict
   * partial pieces.
   */
  setMaxPartialBytes(bytes: number): void {
    const fitting = Math.floor(Math.min(this.#maxPartialPieces, bytes / this.#pieceLengthBytes))
    this.#partial.maxPieces = Math.max(2, fitting)
  }

  /**
   * A piece with priority 0 is never requested. A partial piece that is no longer wanted stays
   * until `pieceFailed`.
   */
  setPriority(piece: number, priority: PiecePriority): void {
    if (this.#pieces.exists(piece)) this.#pieces.setPriority(piece, priority)
  }

  /** Starts pieces in the torrent's order (true) or rarest first (false, the default). */
  setSequential(sequential: boolean): void {
    this.#policy.sequential = sequential
  }

  /**
   * Sets the time by which the piece is needed, on the clock passed to `pick`; null removes it.
   * Pieces with deadlines come first, the soonest before others, from sources that are fast enough.
   * The piece must have a priority above 0. At most 512 deadlines are kept; the latest are dropped.
   */
  setDeadline(piece: number, dueMs: number | null): void {
    if (this.#pieces.exists(piece) && (dueMs === null || this.#pieces.state(piece) !== HAVE))
      this.#deadlines.set(piece, dueMs)
  }

  /**
   * Appends up to `count` blocks to `into` that are to be requested from the source now, counts
   * them as requested, and returns how many.
   *
   * There may be fewer although there is work: if the limit of partial pieces is reached (call
   * again after `pieceDone` or `pieceFailed`), or if other sources will deliver the rest sooner
   * (call again from time to time: they lose their claim after three seconds).
   */
  pick(source: BlockSource, count: number, nowMs: number, into: BlockNumber[]): number {
    if (count <= 0 || this.#pieces.wantedRequestable === 0) return 0
    const turn = { source, state: this.#sources.stateOf(source), nowMs, into, left: count }
    this.#policy.pick(turn)
    return count - turn.left
  }

  /**
   * Handles a block that arrived. A late block that is no longer requested from the source counts
   * like any other.
   */
  received(sourceId: number, block: BlockNumber): BlockReceipt {
    return this.#partial.receive(sourceId, block)
  }

  /**
   * The source will not deliver the block (it was rejected, cancelled or timed out). Does nothing
   * if it was not requested.
   */
  released(sourceId: number, block: BlockNumber): void {
    const [partial, index] = this.#locate(block)
    if (partial) this.#partial.release(partial, index, sourceId)
  }

  /**
   * The source will deliver nothing that was requested (it left, or choked us without the fast
   * extension).
   */
  releaseAll(sourceId: number): void {
    this.#partial.releaseAll(sourceId)
  }

  /** The piece did not verify, or its bytes were dropped: all its blocks are free again. */
  pieceFailed(piece: number): void {
    const partial = this.#pieces.partial(piece)
    if (partial) this.#partial.drop(partial, MISSING)
  }

  /** The piece is verified. */
  pieceDone(piece: number): void {
    if (!this.#pieces.exists(piece) || this.#pieces.state(piece) === HAVE) return
    this.#deadlines.set(piece, null)
    const partial = this.#pieces.partial(piece)
    if (partial) this.#partial.drop(partial, HAVE)
    else this.#pieces.setState(piece, HAVE)
  }

  /** A verified piece was lost (it could not be read). */
  pieceLost(piece: number): void {
    if (this.#pieces.exists(piece) && this.#pieces.state(piece) === HAVE)
      this.#pieces.setState(piece, MISSING)
  }

  isRequested(block: BlockNumber): boolean {
    const [partial, index] = this.#locate(block)
    return partial?.isRequested(index) ?? false
  }

  /** Whether the block has arrived, verified or not. */
  isReceived(block: BlockNumber): boolean {
    const piece = Math.floor(block / this.#pieces.blocksPerPiece)
    if (this.#pieces.exists(piece) && this.#pieces.state(piece) === HAVE) return true
    const [partial, index] = this.#locate(block)
    return partial?.isReceived(index) ?? false
  }

  /**
   * Whether blocks are missing, but every wanted block that any source has is requested or
   * received.
   */
  get inEndgame(): boolean {
    return this.#pieces.blocksLeft > 0 && this.#pieces.allRequested
  }

  /** Whether the piece has been started and not verified. */
  isPartial(piece: number): boolean {
    return this.#pieces.partial(piece) !== undefined
  }

  /** The pieces that have been started and not verified, unordered. */
  partialPieces(): number[] {
    return this.#partial.list.map(partial => partial.piece)
  }

  /**
   * The missing pieces that consist of padding only, which no peer needs to send. Verify them,
   * then call `pieceDone`.
   */
  paddingPieces(): number[] {
    const pieces: number[] = []
    for (let piece = 0; piece < this.#pieces.pieceCount; piece++)
      if (this.#pieces.blockCount(piece) === 0 && this.#pieces.state(piece) === MISSING) pieces.push(piece)
    return pieces
  }

  /**
   * Whether the download is stuck: no piece may be started, and nothing is requested. Drop
   * `evictable` to make room.
   */
  get isDeadlocked(): boolean {
    return this.#partial.isDeadlocked
  }

  /**
   * Whether all wanted pieces have been started, and nothing is requested or waits to be verified.
   */
  get isAllBegun(): boolean {
    return this.#pieces.order.size === 0 && this.#partial.isIdle
  }

  /**
   * The partial piece that deserves its memory least, or null if all are being worked on: one with
   * no open requests that is not wanted, or else was requested longest ago. Drop its bytes, then
   * call `pieceFailed`.
   */
  evictable(): number | null {
    let worst: PieceRequests | null = null
    for (const partial of this.#partial.list) {
      if (partial.requested > 0 || this.#pieces.state(partial.piece) !== PARTIAL) continue
      if (!this.#pieces.isWanted(partial.piece)) return partial.piece
      if (!worst || partial.lastMs < worst.lastMs) worst = partial
    }
    return worst?.piece ?? null
  }

  /** The piece that the block belongs to, if it is partial, and the block's index within it. */
  #locate(block: BlockNumber): [PieceRequests | undefined, number] {
    const { blocksPerPiece } = this.#pieces
    const piece = Math.floor(block / blocksPerPiece)
    return [this.#pieces.partial(piece), block - piece * blocksPerPiece]
  }
}
