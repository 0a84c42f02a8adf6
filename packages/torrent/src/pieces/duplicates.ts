import type { Random } from '../base/random.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import type { OpenPiece } from './open-piece.ts'
import { OPEN, type PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'
import type { SourceBook, SourceState } from './source-book.ts'

/** Sources that one block is asked of at a time, at most. */
export const MAX_HOLDERS = 3
/** A block that was asked for so long ago may be asked of anybody. */
export const ENDGAME_PATIENCE_MS = 3000
/** What a duplicate must win at least: less is not worth its bytes. */
const WORTHWHILE_MS = 200
/** A vain search through more blocks than this is not repeated for a while. */
const CHEAP_SEARCH = 256
const QUIET_MS = 20

/**
 * Asks a source for blocks that others were asked for already (BEP 3's endgame; late deadlines). BEP 3 asks everybody for everything, which
 * it calls horribly inefficient; here a block is asked again only of a source that will have it sooner, or after long waiting.
 */
export class Duplicates {
  readonly #book: PieceBook
  readonly #sources: SourceBook
  readonly #random: Random
  readonly #blocksPerPiece: number

  constructor(book: PieceBook, sources: SourceBook, random: Random) {
    this.#book = book
    this.#sources = sources
    this.#random = random
    this.#blocksPerPiece = book.blocksPerPiece
  }

  /** Up to `count` blocks of any open piece, the least duplicated first. Returns how many were appended to `into`. */
  take(source: BlockSource, state: SourceState, count: number, nowMs: number, into: number[]): number {
    const { list } = this.#book.open
    if (source.onParole || list.length === 0 || nowMs < state.quietUntilMs) return 0
    const first = this.#random.below(list.length)
    let taken = 0
    let scanned = 0
    for (let holders = 1; holders < MAX_HOLDERS && taken < count; holders++)
      for (let step = 0; step < list.length && taken < count; step++) {
        const open = list[(first + step) % list.length]!
        scanned += open.asked > 0 ? open.blockCount : 1
        taken += this.takeFrom(open, holders, source, state, count - taken, nowMs, null, into)
      }
    if (taken === 0 && scanned > CHEAP_SEARCH) state.quietUntilMs = nowMs + QUIET_MS
    return taken
  }

  /** The same for blocks of one piece that `holders` sources are asked for; with `dueMs`, only those that would come too late. */
  takeFrom(
    open: OpenPiece,
    holders: number,
    source: BlockSource,
    state: SourceState,
    count: number,
    nowMs: number,
    dueMs: number | null,
    into: number[],
  ): number {
    const { piece } = open
    if (open.asked === 0 || this.#book.state(piece) !== OPEN || !this.#book.isWanted(piece)) return 0
    if (source.onParole || !(source.isSeed || source.has(piece))) return 0
    let taken = 0
    // From the end: a source answers in the order it was asked, so the last blocks come last.
    for (let block = open.blockCount - 1; block >= 0 && taken < count; block--) {
      if (open.holderCount(block) !== holders || open.isHeldBy(block, source.id)) continue
      const age = nowMs - open.askedMs(block)
      if (age < ENDGAME_PATIENCE_MS && !this.#isSooner(source, state, open.holderOf(block), nowMs, dueMs))
        continue
      open.askAlso(block, source.id, nowMs)
      state.requested++
      into.push(piece * this.#blocksPerPiece + block)
      taken++
    }
    return taken
  }

  #isSooner(
    source: BlockSource,
    state: SourceState,
    holder: number,
    nowMs: number,
    dueMs: number | null,
  ): boolean {
    const rate = source.bytesPerSecond
    const other = this.#sources.get(holder)
    const otherRate = other?.source.bytesPerSecond ?? 0
    if (rate <= otherRate) return false
    const otherMs = waitMs(other?.requested ?? 0, otherRate)
    if (dueMs !== null && nowMs + otherMs <= dueMs) return false
    return otherMs > 2 * waitMs(state.requested + 1, rate) + WORTHWHILE_MS
  }
}

/** How long a source takes for so many blocks: milliseconds. */
export function waitMs(blocks: number, bytesPerSecond: number): number {
  return bytesPerSecond > 0 ? (blocks * BLOCK_BYTES * 1000) / bytesPerSecond : Number.POSITIVE_INFINITY
}
