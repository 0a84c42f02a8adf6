import type { PiecePicker } from '../../pieces/piece-picker.ts'
import type { CommonRanges, OtherTorrent } from './common-ranges.ts'

/**
 * Maximum number of pieces that the other torrent is requested to download at a time, and their
 * deadline: after those of its own readers.
 */
const MOST = 8
const DUE_MS = 20_000

/** Has another torrent download pieces of common files that none of our sources has. */
export class Wishes {
  readonly #picker: PiecePicker
  readonly #other: OtherTorrent
  readonly #common: CommonRanges
  /** Pieces of the other torrent, with the function that withdraws each wish. */
  readonly #open = new Map<number, () => void>()

  constructor(picker: PiecePicker, other: OtherTorrent, common: CommonRanges) {
    this.#picker = picker
    this.#other = other
    this.#common = common
  }

  review(nowMs: number): void {
    const { pieces } = this.#picker
    const wanted = new Set<number>()
    for (const file of this.#common.files) {
      const { first, end } = this.#common.ours.piecesOf(file.ours)
      for (let piece = first; piece < end && wanted.size < MOST; piece++) {
        if (!pieces.isWanted(piece) || pieces.availability(piece) > 0) continue
        for (const theirs of this.#common.missingIn(file, piece)) {
          wanted.add(theirs)
          if (!this.#open.has(theirs)) this.#make(file.theirs, theirs, nowMs + DUE_MS)
        }
      }
    }
    for (const piece of this.#open.keys()) if (!wanted.has(piece)) this.#takeBack(piece)
  }

  takeBack(): void {
    for (const piece of this.#open.keys()) this.#takeBack(piece)
  }

  #make(file: number, piece: number, dueMs: number): void {
    const takeBack = this.#other.wish(file, piece, dueMs)
    if (takeBack) this.#open.set(piece, takeBack)
  }

  #takeBack(piece: number): void {
    const takeBack = this.#open.get(piece)
    this.#open.delete(piece)
    takeBack?.()
  }
}
