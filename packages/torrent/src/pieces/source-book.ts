import type { Bitfield } from '../base/bitfield.ts'
import { ShoalError } from '../base/errors.ts'
import type { PieceBook } from './piece-book.ts'
import type { BlockSource } from './pieces.ts'

/** What a source has: pieces, everything, nothing. */
export type Possession = Bitfield | 'all' | 'none'

/** What the picker remembers of one source. */
export class SourceState {
  source: BlockSource
  /** What it had when it was added: 'all' counts it as a seed, anything else piece by piece. Null while it is not added. */
  has: Possession | null = null
  /** It lacked something then, or takes long runs. */
  scatters = false
  /** Blocks asked of it that have neither arrived nor been released. */
  requested = 0
  /** The piece it was last given blocks of, or -1. */
  piece = -1
  /** Mark of the news up to which no free piece was found for it, or -1; and how long, and for which view of it, that is believed. */
  dryMark = -1
  dryUntilMs = 0
  /** Until when there is no use in looking for duplicates. */
  quietUntilMs = 0
  /** A piece it has that we want, so that interest need not be searched for; -1 when none is known. */
  witness = -1
  /** Mark of the news up to which it had no piece that we want, or -1. */
  idleMark = -1

  constructor(source: BlockSource) {
    this.source = source
  }

  /** Drops conclusions that rest on what the source would not deliver. */
  forget(): void {
    this.dryMark = -1
    this.quietUntilMs = 0
    this.witness = -1
    this.idleMark = -1
  }
}

/** All sources of a torrent, and the availability that they add up to. */
export class SourceBook {
  readonly #book: PieceBook
  readonly #states = new Map<number, SourceState>()

  constructor(book: PieceBook) {
    this.#book = book
  }

  get(id: number): SourceState | undefined {
    return this.#states.get(id)
  }

  of(source: BlockSource): SourceState {
    const known = this.#states.get(source.id)
    if (known) return known
    const state = new SourceState(source)
    this.#states.set(source.id, state)
    return state
  }

  all(): IterableIterator<SourceState> {
    return this.#states.values()
  }

  /** Present rate of a source; 0 when it is gone. */
  bytesPerSecond(id: number): number {
    return this.#states.get(id)?.source.bytesPerSecond ?? 0
  }

  add(source: BlockSource, has: Possession): void {
    const state = this.of(source)
    if (state.has !== null)
      throw new ShoalError(
        'bad-argument',
        `source ${source.id} was added already: call sourceReplaced to change what it has`,
      )
    state.source = source
    this.#count(state, has)
  }

  replace(source: BlockSource, before: Possession, after: Possession): void {
    const state = this.of(source)
    this.#uncount(state, before)
    state.source = source
    this.#count(state, after)
  }

  /** The source is gone. What it is still asked for is remembered until that is released. */
  remove(id: number, has: Possession): void {
    const state = this.#states.get(id)
    if (!state) return
    this.#uncount(state, has)
    this.forget(id)
  }

  /** Drops the state of a source that is not added and asked for nothing. */
  forget(id: number): void {
    const state = this.#states.get(id)
    if (state && state.has === null && state.requested === 0) this.#states.delete(id)
  }

  /** A source that is asked no longer for a block. */
  unask(id: number): void {
    const state = this.#states.get(id)
    if (state) state.requested--
  }

  /** Whether the source has the piece, even if it would not deliver it now. */
  owns(state: SourceState, source: BlockSource, piece: number): boolean {
    const has = state.has
    if (has === 'all' || source.isSeed || source.has(piece)) return true
    return has !== null && has !== 'none' && has.has(piece)
  }

  #count(state: SourceState, has: Possession): void {
    state.has = has
    state.forget()
    state.scatters = state.source.wantsRuns || has === 'none' || (has !== 'all' && !has.isFull)
    if (state.scatters) this.#book.scattering++
    if (has === 'all') this.#book.seeds++
    else this.#countPieces(has, 1)
  }

  /** One that was counted as a seed leaves as one; one that grew to a seed leaves piece by piece. */
  #uncount(state: SourceState, has: Possession): void {
    if (state.has === 'all') this.#book.seeds--
    else if (state.has !== null) this.#countPieces(has, -1)
    if (state.scatters) this.#book.scattering--
    state.scatters = false
    state.has = null
  }

  #countPieces(has: Possession, change: 1 | -1): void {
    if (has === 'none') return
    const { pieceCount } = this.#book
    if (has === 'all') {
      for (let piece = 0; piece < pieceCount; piece++) this.#book.addPeers(piece, change)
      return
    }
    for (let piece = 0; piece < pieceCount; piece++) {
      if (has.bytes[piece >>> 3] === 0) piece |= 7
      else if (has.has(piece)) this.#book.addPeers(piece, change)
    }
  }
}
