import type { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { Deadlines } from './deadlines.ts'
import { Duplicates } from './duplicates.ts'
import { FreePieces } from './free-pieces.ts'
import { Joining } from './joining.ts'
import { NOBODY, type OpenPiece } from './open-piece.ts'
import { COMPLETE, HAVE, MISSING, OPEN, type PickerLayout, PieceBook } from './piece-book.ts'
import type { BlockNumber, BlockReceipt, BlockSource, PiecePriority } from './pieces.ts'
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
/** Deadlines, and sources that have nothing else to do, may go beyond the limit by this factor. */
const OVERDRAFT = 2
/** Blocks of an urgent piece for a source that has nothing else to do and would otherwise never show how fast it is. */
const TRIAL_BLOCKS = 4

const UNWANTED: BlockReceipt = { wanted: false, alsoAsked: [], pieceComplete: false }
const WANTED: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: false }
const LAST_OF_PIECE: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: true }

/**
 * Which block from which source next.
 *
 * In this order: pieces with deadlines; the piece the source works on already; pieces nobody works on any more; free pieces, by priority,
 * then rarest first (BEP 3), at random among equals; pieces of others. When every block that can be had is asked for, blocks asked of
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
  readonly #maxOpen: number

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
    this.#free = new FreePieces(this.#book)
    this.#duplicates = new Duplicates(this.#book, this.#sources, random)
    this.#deadlines = new Deadlines(this.#book, this.#sources)
    this.#maxOpen = Math.max(2, Math.min(maxOpenPieces, Math.floor(maxOpenBytes / layout.pieceLengthBytes)))
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

  /** The source gained a piece (HAVE). */
  sourceGained(source: BlockSource, piece: number): void {
    if (this.#exists(piece)) this.#sources.change(source, piece, 1)
  }

  /** The source lost a piece (BEP 54). */
  sourceLost(source: BlockSource, piece: number): void {
    if (this.#exists(piece)) this.#sources.change(source, piece, -1)
  }

  /** The source delivers what it did not before (it unchoked us): what was found out about it is forgotten. */
  sourceUnchoked(sourceId: number): void {
    this.#sources.get(sourceId)?.forget()
  }

  /** How many sources have the piece, seeds included. */
  availability(piece: number): number {
    return this.#book.availability(piece)
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
    if (this.#deadlines.list.length > 0) left -= this.#pickUrgent(source, state, left, nowMs, into)
    while (left > 0) {
      const open = this.#next(source, state, nowMs)
      if (!open) break
      left -= this.#take(open, source, state, left, nowMs, into)
    }
    if (left > 0 && this.#book.allAsked) left -= this.#duplicates.take(source, state, left, nowMs, into)
    if (left === count && state.requested === 0) left -= this.#pickTrial(source, state, left, nowMs, into)
    return count - left
  }

  /** A block arrived. One that was not asked of the source (it came after its time) is as good as any. */
  received(sourceId: number, block: BlockNumber): BlockReceipt {
    const piece = Math.floor(block / this.blocksPerPiece)
    const index = block - piece * this.blocksPerPiece
    let open = this.#book.open.get(piece)
    if (!open) {
      const room = this.#book.open.list.length < OVERDRAFT * this.#maxOpen
      if (!room || !this.#book.isFree(piece) || index >= this.#book.blockCount(piece)) return UNWANTED
      open = this.#open(piece)
    }
    if (index >= open.blockCount || open.isHere(index)) return UNWANTED
    if (open.isHeldBy(index, sourceId)) this.#sources.unask(sourceId)
    if (!open.isAsked(index)) this.#book.blockFreed(piece, -1)
    const alsoAsked = open.arrive(index, sourceId)
    this.#book.blockArrived(piece)
    for (const other of alsoAsked) this.#sources.unask(other)
    const pieceComplete = open.here === open.blockCount
    if (pieceComplete) this.#book.setState(piece, COMPLETE)
    if (alsoAsked.length > 0) return { wanted: true, alsoAsked, pieceComplete }
    return pieceComplete ? LAST_OF_PIECE : WANTED
  }

  /** The source will not deliver the block (rejected, cancelled, timed out). Nothing happens when it was not asked for it. */
  released(sourceId: number, block: BlockNumber): void {
    const piece = Math.floor(block / this.blocksPerPiece)
    const open = this.#book.open.get(piece)
    if (open) this.#release(open, block - piece * this.blocksPerPiece, sourceId)
  }

  /** The source will deliver nothing that it was asked for (it choked us without the fast extension, or is gone). */
  releaseAll(sourceId: number): void {
    const { list } = this.#book.open
    for (let at = list.length - 1; at >= 0; at--) {
      const open = list[at]!
      if (open.exclusiveTo === sourceId) open.exclusiveTo = NOBODY
      for (let block = 0; block < open.blockCount && open.asked > 0; block++)
        this.#release(open, block, sourceId)
    }
    this.#sources.forget(sourceId)
  }

  /** The piece did not verify, or what is here of it was dropped: all its blocks are free again. */
  pieceFailed(piece: number): void {
    const open = this.#book.open.get(piece)
    if (open) this.#book.setState(piece, MISSING, () => this.#close(open))
  }

  /** The piece is verified. */
  pieceDone(piece: number): void {
    if (!this.#exists(piece) || this.#book.state(piece) === HAVE) return
    const open = this.#book.open.get(piece)
    this.#deadlines.set(piece, null)
    this.#book.setState(piece, HAVE, open && (() => this.#close(open)))
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
    if (this.#book.wantedAskable === 0) return false
    const state = this.#sources.of(source)
    if (source.isSeed || state.countedBy === 'seed') return true
    if (state.witness >= 0 && this.#interests(state, source, state.witness)) return true
    const { news, pieceCount } = this.#book
    const known = state.idleMark >= 0 && news.reachesBack(state.idleMark)
    // Nothing before the mark interested us, and what begins to do so since is in the news.
    const count = known ? news.mark - state.idleMark : pieceCount
    for (let step = 0; step < count; step++) {
      const piece = known ? news.at(state.idleMark + step) : step
      if (!this.#interests(state, source, piece)) continue
      state.witness = piece
      state.idleMark = -1
      return true
    }
    state.witness = -1
    state.idleMark = news.mark
    return false
  }

  /** How many pieces the source has that we want. Looks at every piece. */
  interestingCount(source: BlockSource): number {
    const state = this.#sources.of(source)
    let count = 0
    for (let piece = 0; piece < this.#book.pieceCount; piece++)
      if (this.#interests(state, source, piece)) count++
    return count
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

  #interests(state: SourceState, source: BlockSource, piece: number): boolean {
    return (
      this.#book.isWanted(piece) &&
      this.#book.blockCount(piece) > 0 &&
      this.#sources.owns(state, source, piece)
    )
  }

  /** The piece that the source works on next, opened if need be; null when there is none for it. */
  #next(source: BlockSource, state: SourceState, nowMs: number): OpenPiece | null {
    const current = this.#book.open.get(state.piece)
    if (current && this.#joining.allows(current, source)) return current
    const joined = this.#joining.preferred(source, this.#free.sequential)
    const priority = joined ? this.#book.priority(joined.piece) : 0
    if (priority < this.#book.order.topPriority && this.#mayOpen(state, false)) {
      const piece = this.#free.choose(source, state, nowMs)
      if (piece >= 0 && this.#book.priority(piece) > priority) return this.#begin(piece, source)
    }
    return joined ?? this.#joining.lastResort(source)
  }

  /** Blocks of pieces with deadlines, the soonest first. */
  #pickUrgent(source: BlockSource, state: SourceState, count: number, nowMs: number, into: number[]): number {
    let left = count
    for (const deadline of this.#deadlines.list) {
      if (left === 0) break
      const { piece } = deadline
      if (!this.#book.isWanted(piece) || !(source.isSeed || source.has(piece))) continue
      let open = this.#book.open.get(piece)
      if (open ? !this.#joining.allowsUrgent(open, source) : !this.#mayBegin(piece, state)) continue
      const free = open ? open.free : this.#book.blockCount(piece)
      if (free > 0) {
        const share = this.#deadlines.share(deadline, source, state, free, nowMs)
        if (share === 0) continue
        open ??= this.#begin(piece, source)
        left -= this.#take(open, source, state, Math.min(share, left), nowMs, into)
      } else if (open)
        left -= this.#duplicates.takeFrom(open, 1, source, state, left, nowMs, deadline.dueMs, into)
    }
    return count - left
  }

  /** For a source that has nothing at all to do: a few blocks of the piece that is due last. */
  #pickTrial(source: BlockSource, state: SourceState, count: number, nowMs: number, into: number[]): number {
    const { list } = this.#deadlines
    for (let at = list.length - 1; at >= 0; at--) {
      const { piece } = list[at]!
      if (!this.#book.isWanted(piece) || !(source.isSeed || source.has(piece))) continue
      const open = this.#book.open.get(piece)
      if (open ? open.free === 0 || !this.#joining.allowsUrgent(open, source) : !this.#mayBegin(piece, state))
        continue
      const limit = Math.min(count, TRIAL_BLOCKS)
      return this.#take(open ?? this.#begin(piece, source), source, state, limit, nowMs, into)
    }
    return 0
  }

  #mayBegin(piece: number, state: SourceState): boolean {
    return this.#book.isFree(piece) && this.#mayOpen(state, true)
  }

  /**
   * Whether there is room for one more open piece. Beyond the limit, up to twice, for deadlines; and for a source that has nothing to do
   * while no piece waits to be verified: the open ones may be such as no present source has, and nothing would ever move again.
   */
  #mayOpen(state: SourceState, urgent: boolean): boolean {
    const open = this.#book.open.list.length
    if (open < this.#maxOpen) return true
    if (open >= OVERDRAFT * this.#maxOpen) return false
    return urgent || (state.requested === 0 && this.#book.complete === 0)
  }

  #begin(piece: number, source: BlockSource): OpenPiece {
    const open = this.#open(piece)
    if (source.onParole) open.exclusiveTo = source.id
    return open
  }

  #open(piece: number): OpenPiece {
    this.#book.setState(piece, OPEN, () => this.#book.open.open(piece, this.#book.blockCount(piece)))
    return this.#book.open.get(piece)!
  }

  /** Up to `count` free blocks of the piece, in order. */
  #take(
    open: OpenPiece,
    source: BlockSource,
    state: SourceState,
    count: number,
    nowMs: number,
    into: number[],
  ): number {
    const { piece } = open
    const first = piece * this.blocksPerPiece
    const taken = Math.min(count, open.free)
    for (let step = 0; step < taken; step++) {
      into.push(first + open.ask(source.id, nowMs))
      this.#book.blockFreed(piece, -1)
    }
    this.#joining.asked(open, source)
    state.requested += taken
    state.piece = piece
    return taken
  }

  #release(open: OpenPiece, block: number, sourceId: number): void {
    if (!open.isHeldBy(block, sourceId)) return
    this.#sources.unask(sourceId)
    if (!open.release(block, sourceId)) return
    this.#book.blockFreed(open.piece, 1)
    if (open.asked > 0) return
    // Whoever was to work on it alone has stopped.
    open.exclusiveTo = NOBODY
    if (open.here === 0) this.#book.setState(open.piece, MISSING, () => this.#close(open))
  }

  /** Drops an open piece with all requests for it. */
  #close(open: OpenPiece): void {
    for (let block = 0; block < open.blockCount && open.asked > 0; block++)
      while (open.isAsked(block)) {
        const holder = open.holderOf(block)
        this.#sources.unask(holder)
        open.release(block, holder)
      }
    this.#book.open.close(open)
  }
}
