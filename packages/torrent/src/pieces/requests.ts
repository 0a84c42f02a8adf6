import type { Joining } from './joining.ts'
import { NOBODY, type OpenPiece } from './open-piece.ts'
import { COMPLETE, MISSING, OPEN, type PieceBook } from './piece-book.ts'
import type { BlockNumber, BlockReceipt, BlockSource } from './pieces.ts'
import type { SourceBook, SourceState } from './source-book.ts'

/** Deadlines, and sources that have nothing else to do, may open more pieces than the limit by this factor. */
const OVERDRAFT = 2

const UNWANTED: BlockReceipt = { wanted: false, alsoAsked: [], pieceComplete: false }
const WANTED: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: false }
const LAST_OF_PIECE: BlockReceipt = { wanted: true, alsoAsked: [], pieceComplete: true }

/** What is asked of whom: every change of an open piece goes through here, so that pieces, sources and sums agree. */
export class Requests {
  readonly #book: PieceBook
  readonly #sources: SourceBook
  readonly #joining: Joining
  /** Pieces that may be open at a time. */
  maxOpen: number

  constructor(book: PieceBook, sources: SourceBook, joining: Joining, maxOpen: number) {
    this.#book = book
    this.#sources = sources
    this.#joining = joining
    this.maxOpen = maxOpen
  }

  /** Whether one more piece may be opened. */
  get hasRoom(): boolean {
    return this.#book.open.list.length < this.maxOpen
  }

  /** The same for a piece with a deadline. */
  get hasUrgentRoom(): boolean {
    return this.#book.open.list.length < OVERDRAFT * this.maxOpen
  }

  /**
   * Whether a piece may be opened beyond the limit for a source that can do nothing for those that are open: no present source may have
   * them, and nothing would ever move again. Only while it is asked for nothing and no piece waits to be verified, which makes room.
   */
  mayOverdraw(state: SourceState): boolean {
    return !this.hasRoom && this.hasUrgentRoom && state.requested === 0 && this.#book.complete === 0
  }

  /** Opens a free piece for the source: for it alone when it is on parole. */
  begin(piece: number, source: BlockSource): OpenPiece {
    const open = this.#open(piece)
    if (source.onParole) open.exclusiveTo = source.id
    return open
  }

  /** Asks the source for up to `count` free blocks of the piece, in order. Returns how many. */
  ask(
    open: OpenPiece,
    source: BlockSource,
    state: SourceState,
    count: number,
    nowMs: number,
    into: BlockNumber[],
  ): number {
    const { piece } = open
    const first = piece * this.#book.blocksPerPiece
    const asked = Math.min(count, open.free)
    for (let step = 0; step < asked; step++) {
      into.push(first + open.ask(source.id, nowMs))
      this.#book.blockFreed(piece, -1)
    }
    this.#book.open.noteFree(open)
    this.#joining.asked(open, source)
    state.requested += asked
    state.piece = piece
    return asked
  }

  received(sourceId: number, block: BlockNumber): BlockReceipt {
    const piece = Math.floor(block / this.#book.blocksPerPiece)
    const index = block - piece * this.#book.blocksPerPiece
    let open = this.#book.open.get(piece)
    if (!open) {
      if (!this.hasUrgentRoom || !this.#book.isFree(piece) || index >= this.#book.blockCount(piece))
        return UNWANTED
      open = this.#open(piece)
    }
    if (index >= open.blockCount || open.isHere(index)) return UNWANTED
    if (open.isHeldBy(index, sourceId)) this.#sources.unask(sourceId)
    if (!open.isAsked(index)) this.#book.blockFreed(piece, -1)
    const alsoAsked = open.arrive(index, sourceId)
    this.#book.open.noteFree(open)
    this.#book.blockArrived(piece)
    for (const other of alsoAsked) this.#sources.unask(other)
    const pieceComplete = open.here === open.blockCount
    if (pieceComplete) this.#book.setState(piece, COMPLETE)
    if (alsoAsked.length > 0) return { wanted: true, alsoAsked, pieceComplete }
    return pieceComplete ? LAST_OF_PIECE : WANTED
  }

  /** Does nothing when the source was not asked for the block. */
  release(open: OpenPiece, block: number, sourceId: number): void {
    if (!open.isHeldBy(block, sourceId)) return
    this.#sources.unask(sourceId)
    if (!open.release(block, sourceId)) return
    this.#book.open.noteFree(open)
    this.#book.blockFreed(open.piece, 1)
    if (open.asked > 0) return
    // Whoever was to work on it alone has stopped.
    open.exclusiveTo = NOBODY
    if (open.here === 0) this.#book.setState(open.piece, MISSING, () => this.close(open))
  }

  releaseAll(sourceId: number): void {
    const { list } = this.#book.open
    for (let at = list.length - 1; at >= 0; at--) {
      const open = list[at]!
      if (open.exclusiveTo === sourceId) open.exclusiveTo = NOBODY
      for (let block = 0; block < open.blockCount && open.asked > 0; block++)
        this.release(open, block, sourceId)
    }
    this.#sources.forget(sourceId)
  }

  /** Drops an open piece with all requests for it. To be called while the book changes the piece's state. */
  close(open: OpenPiece): void {
    for (let block = 0; block < open.blockCount && open.asked > 0; block++)
      while (open.isAsked(block)) {
        const holder = open.holderOf(block)
        this.#sources.unask(holder)
        open.release(block, holder)
      }
    this.#book.open.close(open)
  }

  #open(piece: number): OpenPiece {
    this.#book.setState(piece, OPEN, () => this.#book.open.open(piece, this.#book.blockCount(piece)))
    return this.#book.open.get(piece)!
  }
}
