import { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { PiecePicker } from '../../pieces/piece-picker.ts'
import type { BlockSource } from '../../pieces/pieces.ts'

/** Time for which a missing file is not requested; doubles each time. */
const FIRST_WAIT_MS = 60_000
const MOST_WAIT_MS = 2 * 60 * 60_000

/**
 * The pieces that a web seed is believed to have, which the picker counts while the seed is in use.
 */
export class Availability {
  readonly #source: BlockSource
  readonly #picker: PiecePicker
  readonly #layout: PieceLayout
  /** Time to request a missing file again, by file; infinite means never. */
  readonly #missingUntilMs = new Map<number, number>()
  /** Number of times that each file was missing. */
  readonly #timesMissing = new Map<number, number>()
  /** The pieces that the picker counts; null while the seed is not in the picker. */
  #counted: Bitfield | 'all' | null = null

  constructor(source: BlockSource, picker: PiecePicker, layout: PieceLayout) {
    this.#source = source
    this.#picker = picker
    this.#layout = layout
  }

  get isSeed(): boolean {
    return this.#counted === 'all'
  }

  has(piece: number): boolean {
    return this.#counted === 'all' || (this.#counted?.has(piece) ?? false)
  }

  /** The part of the torrent that the server is believed to have, 0 to 1. */
  get progress(): number {
    const { pieceCount } = this.#layout
    return pieceCount === 0 ? 1 : this.#pieces().count / pieceCount
  }

  /** Adds the seed to the picker. */
  join(): void {
    this.#counted = this.#present()
    this.#picker.sources.add(this.#source, this.#counted)
  }

  /**
   * Returns the requests to the picker and leaves it: blocks that only this seed has are
   * unavailable now.
   */
  leave(): void {
    if (this.#counted === null) return
    this.#picker.releaseAll(this.#source.id)
    this.#picker.sources.remove(this.#source, this.#counted)
    this.#counted = null
  }

  /** The server does not have the file: it is not requested for a while. */
  fileMissing(file: number, nowMs: number, { forever, retryAfterMs }: MissingFile): void {
    const times = this.#timesMissing.get(file) ?? 0
    this.#timesMissing.set(file, times + 1)
    const waitMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(times, 20))
    const untilMs = forever ? Number.POSITIVE_INFINITY : nowMs + Math.max(waitMs, retryAfterMs)
    this.#missingUntilMs.set(file, untilMs)
    this.#recount()
  }

  /** Forgets missing files that are due for another try. */
  tick(nowMs: number): void {
    let changed = false
    for (const [file, untilMs] of this.#missingUntilMs) {
      if (untilMs > nowMs) continue
      this.#missingUntilMs.delete(file)
      changed = true
    }
    if (changed) this.#recount()
  }

  #recount(): void {
    const before = this.#counted
    if (before === null) return
    this.#counted = this.#present()
    this.#picker.sources.replace(this.#source, before, this.#counted)
  }

  #present(): Bitfield | 'all' {
    return this.#missingUntilMs.size === 0 ? 'all' : this.#pieces()
  }

  /** The pieces without any bytes of missing files. */
  #pieces(): Bitfield {
    const bits = Bitfield.full(this.#layout.pieceCount)
    for (const file of this.#missingUntilMs.keys()) {
      const { first, end } = this.#layout.piecesOf(file)
      for (let piece = first; piece < end; piece++) bits.clear(piece)
    }
    return bits
  }
}

interface MissingFile {
  readonly forever: boolean
  /** The wait that the server requests; 0 if none. */
  readonly retryAfterMs: number
}
