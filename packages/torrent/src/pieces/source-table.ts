import type { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { PieceChanges, PieceTable } from './piece-table.ts'
import type { BlockSource } from './pieces.ts'

/** An unsuccessful search through no more pieces or blocks than this is not worth remembering. */
export const CHEAP_SEARCH = 256
/** An unsuccessful search is trusted for one millisecond per this many pieces that it scanned. */
const PIECES_PER_MS = 200

/** The pieces of a source: those of a bitfield, all, or none. */
export type Possession = Bitfield | 'all' | 'none'

/** The part of the table for code that manages sources. */
export type SourceRegistry = Pick<
  SourceTable,
  | 'add'
  | 'remove'
  | 'replace'
  | 'gained'
  | 'lost'
  | 'unchoked'
  | 'isInteresting'
  | 'interestingCount'
  | 'requestedFrom'
>

/** The state that the picker keeps for one source. */
export class SourceState {
  source: BlockSource
  /**
   * The pieces that are counted for it. A source that was added with 'all' is counted as a seed.
   * Null until it is added.
   */
  has: Possession | null = null
  /** Whether it prevents the use of extents: it lacked pieces when it was added, or wants runs. */
  scatters = false
  /** Number of blocks requested from it that have neither arrived nor been released. */
  requested = 0
  /** The last piece of which it was given blocks, or -1. */
  piece = -1
  /** Position in the changes up to which no free piece was found for it, or -1. */
  searchedUpTo = -1
  /** Time until which searching for endgame blocks is pointless. */
  noEndgameUntilMs = 0
  /** A piece it has that we want, so that we need not search for one; -1 if none is known. */
  interestingPiece = -1
  /** Position in the changes up to which it had no piece that we want, or -1. */
  uninterestingUpTo = -1
  #trustSearchUntilMs = 0

  constructor(source: BlockSource) {
    this.source = source
  }

  /** Remembers that no free piece was found, for a time that bounds the cost of idle sources. */
  rememberSearch(source: BlockSource, changes: PieceChanges, scanned: number, nowMs: number): void {
    if (scanned <= CHEAP_SEARCH) return
    this.searchedUpTo = changes.position
    this.#trustSearchUntilMs = nowMs + scanned / PIECES_PER_MS
    this.source = source
  }

  /**
   * Whether a search found nothing, so that only pieces from `searchedUpTo` on need to be scanned.
   */
  searchedInVain(source: BlockSource, changes: PieceChanges, nowMs: number): boolean {
    if (this.searchedUpTo < 0 || source.isSeed) return false
    if (this.source === source && nowMs < this.#trustSearchUntilMs && changes.reachesBack(this.searchedUpTo))
      return true
    this.searchedUpTo = -1
    return false
  }

  /** Drops conclusions that depend on what the source would not deliver. */
  forgetSearches(): void {
    this.searchedUpTo = -1
    this.noEndgameUntilMs = 0
    this.interestingPiece = -1
    this.uninterestingUpTo = -1
  }
}

/**
 * All sources of a torrent. Keeps the availability of pieces up to date, and determines which
 * sources are interesting.
 */
export class SourceTable {
  /** Number of sources that prevent the use of extents (see EXTENT_BYTES). */
  scattering = 0
  readonly #pieces: PieceTable
  readonly #states = new Map<number, SourceState>()

  constructor(pieces: PieceTable) {
    this.#pieces = pieces
  }

  /**
   * Adds a source. A bitfield is kept and read again, so it may be the one that HAVE messages
   * update. Throws `bad-argument` if the source is present.
   */
  add(source: BlockSource, has: Possession): void {
    const state = this.stateOf(source)
    if (state.has !== null)
      throw new ShoalError(
        'bad-argument',
        `source ${source.id} was added already: call replace to change what it has`,
      )
    state.source = source
    this.#count(state, has)
  }

  /**
   * Removes a source. `has` is its final set of pieces, including every `gained`. To free what is
   * requested from it, call `releaseAll`.
   */
  remove(source: BlockSource, has: Possession): void {
    const state = this.#states.get(source.id)
    if (!state) return
    this.#uncount(state, has)
    this.forget(source.id)
  }

  /** Replaces the set of pieces of the source (after a late bitfield, say). Its requests remain. */
  replace(source: BlockSource, before: Possession, after: Possession): void {
    const state = this.stateOf(source)
    this.#uncount(state, before)
    state.source = source
    this.#count(state, after)
  }

  /** A source gained a piece (HAVE). Not for sources that were added with 'all'. */
  gained(piece: number): void {
    if (!this.#pieces.exists(piece)) return
    this.#pieces.addPeers(piece, 1)
    this.#pieces.changes.add(piece)
  }

  /** A source lost a piece (BEP 54). If it was added with 'all', call `replace` instead. */
  lost(piece: number): void {
    if (this.#pieces.exists(piece)) this.#pieces.addPeers(piece, -1)
  }

  /** The source unchoked us, so it may deliver pieces that it did not deliver before. */
  unchoked(sourceId: number): void {
    this.#states.get(sourceId)?.forgetSearches()
  }

  /** Number of blocks requested from the source that have neither arrived nor been released. */
  requestedFrom(sourceId: number): number {
    return this.#states.get(sourceId)?.requested ?? 0
  }

  /**
   * Whether the source has a piece that we want, choking or not (BEP 3 demands that interest is
   * always up to date). Usually takes constant time, because one such piece, or the absence of any,
   * is remembered; the worst case is a scan of every piece.
   */
  isInteresting(source: BlockSource): boolean {
    if (this.#pieces.wantedRequestable === 0) return false
    const state = this.stateOf(source)
    if (source.isSeed || state.has === 'all') return true
    if (state.interestingPiece >= 0 && this.#wants(state, source, state.interestingPiece)) return true
    const { changes, pieceCount } = this.#pieces
    const searched = state.uninterestingUpTo >= 0 && changes.reachesBack(state.uninterestingUpTo)
    const count = searched ? changes.position - state.uninterestingUpTo : pieceCount
    for (let step = 0; step < count; step++) {
      const piece = searched ? changes.at(state.uninterestingUpTo + step) : step
      if (!this.#wants(state, source, piece)) continue
      state.interestingPiece = piece
      state.uninterestingUpTo = -1
      return true
    }
    state.interestingPiece = -1
    state.uninterestingUpTo = changes.position
    return false
  }

  /** Returns how many pieces the source has that we want. Scans every piece. */
  interestingCount(source: BlockSource): number {
    const state = this.stateOf(source)
    let count = 0
    for (let piece = 0; piece < this.#pieces.pieceCount; piece++)
      if (this.#wants(state, source, piece)) count++
    return count
  }

  get(id: number): SourceState | undefined {
    return this.#states.get(id)
  }

  /** Returns the state of a source. Creates it for a source that was not added. */
  stateOf(source: BlockSource): SourceState {
    const known = this.#states.get(source.id)
    if (known) return known
    const state = new SourceState(source)
    this.#states.set(source.id, state)
    return state
  }

  all(): IterableIterator<SourceState> {
    return this.#states.values()
  }

  /** Current rate of a source; 0 if it was removed. */
  bytesPerSecond(id: number): number {
    return this.#states.get(id)?.source.bytesPerSecond ?? 0
  }

  /** Counts a block that is no longer requested from the source. */
  countReleased(id: number): void {
    const state = this.#states.get(id)
    if (state) state.requested--
  }

  /** Drops the state of a source that is not added and has no open requests. */
  forget(id: number): void {
    const state = this.#states.get(id)
    if (state && state.has === null && state.requested === 0) this.#states.delete(id)
  }

  /** Whether the source has a piece that we want, even if it would not deliver it now. */
  #wants(state: SourceState, source: BlockSource, piece: number): boolean {
    if (!this.#pieces.isWanted(piece) || this.#pieces.blockCount(piece) === 0) return false
    const { has } = state
    if (has === 'all' || source.isSeed || source.has(piece)) return true
    return has !== null && has !== 'none' && has.has(piece)
  }

  #count(state: SourceState, has: Possession): void {
    state.has = has
    state.forgetSearches()
    state.scatters = state.source.wantsRuns || has === 'none' || (has !== 'all' && !has.isFull)
    if (state.scatters) this.scattering++
    if (has === 'all') this.#pieces.seeds++
    else this.#countPieces(has, 1)
  }

  /**
   * A source that was counted as a seed is removed as a seed; one that became a seed is removed
   * piece by piece.
   */
  #uncount(state: SourceState, has: Possession): void {
    if (state.has === 'all') this.#pieces.seeds--
    else if (state.has !== null) this.#countPieces(has, -1)
    if (state.scatters) this.scattering--
    state.scatters = false
    state.has = null
  }

  #countPieces(has: Possession, change: 1 | -1): void {
    if (has === 'none') return
    const { pieceCount } = this.#pieces
    if (has === 'all') {
      for (let piece = 0; piece < pieceCount; piece++) this.#pieces.addPeers(piece, change)
      return
    }
    for (let piece = 0; piece < pieceCount; piece++) {
      if (has.bytes[piece >>> 3] === 0) piece |= 7
      else if (has.has(piece)) this.#pieces.addPeers(piece, change)
    }
  }
}
