import type { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { Deadlines } from './deadlines.ts'
import { Duplicates } from './duplicates.ts'
import { FreePieces } from './free-pieces.ts'
import { Interest } from './interest.ts'
import { Joining } from './joining.ts'
import type { OpenPiece } from './open-piece.ts'
import { HAVE, MISSING, OPEN, type PickerLayout, PieceBook } from './piece-book.ts'
import type { BlockNumber, BlockReceipt, BlockSource, PiecePriority } from './pieces.ts'
import { Requests } from './requests.ts'
import { type Possession, SourceBook, type SourceState } from './source-book.ts'

export interface PiecePickerOptions {
  readonly layout: PickerLayout
  /** Verified pieces. The picker keeps it: `pieceDone` sets a bit, `pieceLost` clears one. */
  readonly have: Bitfield
  readonly random: Random
  /** Bytes of pieces that are begun and not verified, at most: what a download holds in memory. Default 64 MiB, never under two pieces. */
  readonly maxOpenBytes?: number
  /** The same as a number of pieces. Default: no limit but `maxOpenBytes`. */
  readonly maxOpenPieces?: number
}

const DEFAULT_OPEN_BYTES = 64 * 1024 * 1024

/**
 * Which block from which source next.
 *
 * In this order: pieces with deadlines; the piece the source works on already; pieces nobody works on any more; free pieces, by priority,
 * then rarest first (BEP 3), in stretches that begin at random among equals; pieces of others. When every block that can be had is asked for, blocks asked of
 * slower sources are asked again (endgame). No block is asked of two sources otherwise, but for late deadlines.
 *
 * It holds two numbers a piece and a few a block of open pieces; decisions allocate nothing. Sources are known by `id` alone: `pick` may be
 * given another view of one (of the pieces a choking peer still allows, say) than `sourceAdded`.
 */
export class PiecePicker {
  /** Blocks of a full piece: what block numbers are counted by. */
  readonly blocksPerPiece: number
  readonly #book: PieceBook
  readonly #sources: SourceBook
  readonly #joining: Joining
  readonly #free: FreePieces
  readonly #deadlines: Deadlines
  readonly #duplicates: Duplicates
  readonly #requests: Requests
  readonly #interest: Interest
  readonly #maxOpenPieces: number
  readonly #pieceLengthBytes: number

  constructor(options: PiecePickerOptions) {
    const { layout, have, random, maxOpenBytes = DEFAULT_OPEN_BYTES, maxOpenPieces = Infinity } = options
    if (have.length !== layout.pieceCount)
      throw new ShoalError(
        'bad-argument',
        `have counts ${have.length} pieces, the layout ${layout.pieceCount}: make the bitfield from the layout`,
      )
    this.#book = new PieceBook(layout, have, random)
    this.blocksPerPiece = this.#book.blocksPerPiece
    this.#sources = new SourceBook(this.#book)
    this.#joining = new Joining(this.#book, this.#sources)
    this.#free = new FreePieces(this.#book, layout.pieceLengthBytes)
    this.#duplicates = new Duplicates(this.#book, this.#sources, random)
    this.#interest = new Interest(this.#book, this.#sources)
    this.#maxOpenPieces = maxOpenPieces
    this.#pieceLengthBytes = layout.pieceLengthBytes
    this.#requests = new Requests(this.#book, this.#sources, this.#joining, 2)
    this.setMaxOpenBytes(maxOpenBytes)
    this.#deadlines = new Deadlines(
      this.#book,
      this.#sources,
      this.#requests,
      this.#joining,
      this.#duplicates,
    )
  }

  // What sources have.

  /** A source appeared. The bitfield is kept and read again, so that it may be the one that HAVE messages update. */
  sourceAdded(source: BlockSource, has: Possession): void {
    this.#sources.add(source, has)
  }

  /** A source is gone. `has`: what it had at the end, all that `sourceGained` told included. What it was asked for: see `releaseAll`. */
  sourceRemoved(source: BlockSource, has: Possession): void {
    this.#sources.remove(source.id, has)
  }

  /** What a source has is something else than was said, all at once (a late bitfield). Its requests stay. */
  sourceReplaced(source: BlockSource, before: Possession, after: Possession): void {
    this.#sources.replace(source, before, after)
  }

  /** A source gained a piece (HAVE). Not for sources that were added as 'all'. */
  sourceGained(piece: number): void {
    if (!this.#exists(piece)) return
    this.#book.addPeers(piece, 1)
    this.#book.news.add(piece)
  }

  /** A source lost a piece (BEP 54). For one that was added as 'all', use `sourceReplaced`. */
  sourceLost(piece: number): void {
    if (this.#exists(piece)) this.#book.addPeers(piece, -1)
  }

  /** The source delivers what it did not before (it unchoked us): what was found out about it is forgotten. */
  sourceUnchoked(sourceId: number): void {
    this.#sources.get(sourceId)?.forget()
  }

  /** How many sources have the piece, seeds included. */
  availability(piece: number): number {
    return this.#book.availability(piece)
  }

  /** Bytes of pieces that are begun and not verified, at most, from now on; never under two pieces. Those that are open stay. */
  setMaxOpenBytes(bytes: number): void {
    const fitting = Math.floor(Math.min(this.#maxOpenPieces, bytes / this.#pieceLengthBytes))
    this.#requests.maxOpen = Math.max(2, fitting)
  }

  // What is wanted.

  /** 0 is never asked for. An open piece that is not wanted any more stays open: `pieceFailed` drops it. */
  setPriority(piece: number, priority: PiecePriority): void {
    if (this.#exists(piece)) this.#book.setPriority(piece, priority)
  }

  priority(piece: number): PiecePriority {
    return this.#book.priority(piece)
  }

  /** In the torrent's order, rather than rarest first. */
  setSequential(sequential: boolean): void {
    this.#free.sequential = sequential
  }

  /**
   * Somebody waits for the piece until `dueMs` of the clock that `pick` is given; null: no more. It comes before all else, the soonest
   * first, from the sources fast enough for it. The piece must have a priority above 0. At most 512 at a time, the latest are dropped.
   */
  setDeadline(piece: number, dueMs: number | null): void {
    if (this.#exists(piece) && (dueMs === null || this.#book.state(piece) !== HAVE))
      this.#deadlines.set(piece, dueMs)
  }

  /** Whether the piece is wanted and not verified. */
  wants(piece: number): boolean {
    return this.#exists(piece) && this.#book.isWanted(piece)
  }

  // Decisions.

  /**
   * Appends up to `count` blocks to `into` that are to be asked of the source now, and counts them as asked. Returns how many.
   *
   * It may be fewer although there is work: as many pieces are open as may be (ask again after `pieceDone` or `pieceFailed`), or the
   * blocks left are asked of others that will have them sooner (ask again now and then: patience ends after three seconds).
   */
  pick(source: BlockSource, count: number, nowMs: number, into: BlockNumber[]): number {
    if (count <= 0 || this.#book.wantedAskable === 0) return 0
    const state = this.#sources.of(source)
    let left = count
    if (this.#deadlines.count > 0) left -= this.#deadlines.pick(source, state, left, nowMs, into)
    while (left > 0) {
      const open = this.#next(source, state, nowMs)
      if (!open) break
      left -= this.#requests.ask(open, source, state, left, nowMs, into)
    }
    if (left > 0 && this.#book.allAsked) left -= this.#duplicates.take(source, state, left, nowMs, into)
    if (left === count && state.requested === 0)
      left -= this.#deadlines.pickTrial(source, state, left, nowMs, into)
    return count - left
  }

  /** A block arrived. One that was not asked of the source (it came after its time) is as good as any. */
  received(sourceId: number, block: BlockNumber): BlockReceipt {
    return this.#requests.received(sourceId, block)
  }

  /** The source will not deliver the block (rejected, cancelled, timed out). Nothing happens when it was not asked for it. */
  released(sourceId: number, block: BlockNumber): void {
    const piece = Math.floor(block / this.blocksPerPiece)
    const open = this.#book.open.get(piece)
    if (open) this.#requests.release(open, block - piece * this.blocksPerPiece, sourceId)
  }

  /** The source will deliver nothing that it was asked for (it choked us without the fast extension, or is gone). */
  releaseAll(sourceId: number): void {
    this.#requests.releaseAll(sourceId)
  }

  /** The piece did not verify, or what is here of it was dropped: all its blocks are free again. */
  pieceFailed(piece: number): void {
    const open = this.#book.open.get(piece)
    if (open) this.#book.setState(piece, MISSING, () => this.#requests.close(open))
  }

  /** The piece is verified. */
  pieceDone(piece: number): void {
    if (!this.#exists(piece) || this.#book.state(piece) === HAVE) return
    const open = this.#book.open.get(piece)
    this.#deadlines.set(piece, null)
    this.#book.setState(piece, HAVE, open && (() => this.#requests.close(open)))
  }

  /** A verified piece is gone (it could not be read). */
  pieceLost(piece: number): void {
    if (this.#exists(piece) && this.#book.state(piece) === HAVE) this.#book.setState(piece, MISSING)
  }

  // Questions.

  /** Blocks asked of the source that have neither arrived nor been released. */
  requestedFrom(sourceId: number): number {
    return this.#sources.get(sourceId)?.requested ?? 0
  }

  isRequested(block: BlockNumber): boolean {
    const piece = Math.floor(block / this.blocksPerPiece)
    return this.#book.open.get(piece)?.isAsked(block - piece * this.blocksPerPiece) ?? false
  }

  /** Whether the block is here, verified or not. */
  isReceived(block: BlockNumber): boolean {
    const piece = Math.floor(block / this.blocksPerPiece)
    if (this.#exists(piece) && this.#book.state(piece) === HAVE) return true
    return this.#book.open.get(piece)?.isHere(block - piece * this.blocksPerPiece) ?? false
  }

  /**
   * Whether the source has a piece that we want: whether we are interested (BEP 3). True also while it chokes us. Constant time in the
   * usual case, a look at every piece at worst.
   */
  hasWork(source: BlockSource): boolean {
    return this.#interest.has(source)
  }

  /** How many pieces the source has that we want. Looks at every piece. */
  interestingCount(source: BlockSource): number {
    return this.#interest.count(source)
  }

  /** All wanted pieces are verified. */
  get isFinished(): boolean {
    return this.#book.wantedMissing === 0
  }

  /** Wanted pieces that are not verified. */
  get wantedMissing(): number {
    return this.#book.wantedMissing
  }

  /** Blocks of wanted pieces that are not here. */
  get blocksLeft(): number {
    return this.#book.blocksLeft
  }

  /** Every wanted block that some source has is asked for or here. */
  get inEndgame(): boolean {
    return this.#book.blocksLeft > 0 && this.#book.allAsked
  }

  /** Whether the piece is begun and not verified. */
  isOpen(piece: number): boolean {
    return this.#book.open.get(piece) !== undefined
  }

  /** No piece can be begun, for urgent ones or idle sources either, and nothing is asked of anybody: `stranded` says which to drop. */
  get isJammed(): boolean {
    if (this.#requests.hasUrgentRoom || this.#book.complete > 0) return false
    return this.#book.open.list.every(open => open.asked === 0)
  }

  /** Pieces begun and not verified, in no order. */
  openPieces(): number[] {
    return this.#book.open.list.map(open => open.piece)
  }

  /** Missing pieces that hold nothing but padding: nobody needs to be asked for their zeros. Verify them, then call `pieceDone`. */
  paddingPieces(): number[] {
    const pieces: number[] = []
    for (let piece = 0; piece < this.#book.pieceCount; piece++)
      if (this.#book.blockCount(piece) === 0 && this.#book.state(piece) === MISSING) pieces.push(piece)
    return pieces
  }

  /**
   * The open piece that is worth its memory the least: nobody is asked for it, and it is not wanted or was untouched for longest. Null when
   * all are being worked on. To make room when nothing moves: drop its bytes, then call `pieceFailed`.
   */
  stranded(): number | null {
    let worst: OpenPiece | null = null
    for (const open of this.#book.open.list) {
      if (open.asked > 0 || this.#book.state(open.piece) !== OPEN) continue
      if (!this.#book.isWanted(open.piece)) return open.piece
      if (!worst || open.lastMs < worst.lastMs) worst = open
    }
    return worst?.piece ?? null
  }

  #exists(piece: number): boolean {
    return piece >= 0 && piece < this.#book.pieceCount
  }

  /** The piece that the source works on next, opened if need be; null when there is none for it. */
  #next(source: BlockSource, state: SourceState, nowMs: number): OpenPiece | null {
    const current = this.#book.open.get(state.piece)
    if (current && this.#joining.allows(current, source)) return current
    const joined = this.#joining.preferred(source, this.#free.sequential)
    const priority = joined ? this.#book.priority(joined.piece) : 0
    if (priority < this.#book.order.topPriority && this.#requests.hasRoom) {
      const piece = this.#free.choose(source, state, nowMs)
      if (piece >= 0 && this.#book.priority(piece) > priority) return this.#requests.begin(piece, source)
    }
    const other = joined ?? this.#joining.lastResort(source)
    if (other || !this.#requests.mayOverdraw(state)) return other
    const piece = this.#free.choose(source, state, nowMs)
    return piece >= 0 ? this.#requests.begin(piece, source) : null
  }
}
