import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { PiecePicker } from '../../pieces/piece-picker.ts'
import type { Storage } from '../../storage/storage.ts'
import type { CommonFile } from './matches.ts'

/** The torrent with the same files, as seen by a source of its bytes. */
export interface OtherTorrent {
  readonly layout: PieceLayout
  readonly storage: Storage
  /** Its verified pieces. */
  readonly have: Bitfield
  /** The picker of its transfer; null while it is not downloading. */
  readonly picker: PiecePicker | null
  /**
   * Requests that a piece of a file that is not otherwise downloaded is downloaded by `dueMs`.
   * Returns a function that withdraws the request, or null if it is not allowed.
   */
  wish(file: number, piece: number, dueMs: number): (() => void) | null
}

/** Bytes of a common file, counted from its start. */
export interface CommonRange {
  readonly file: CommonFile
  readonly from: number
  readonly to: number
}

/**
 * Relates our pieces and blocks to the pieces of another torrent, which may have another size, by
 * the bytes of common files.
 */
export class CommonRanges {
  readonly files: readonly CommonFile[]
  readonly ours: PieceLayout
  readonly #other: OtherTorrent

  constructor(ours: PieceLayout, other: OtherTorrent, files: readonly CommonFile[]) {
    this.ours = ours
    this.#other = other
    this.files = files
  }

  /** Whether the other torrent has all bytes of our piece. */
  isCovered(file: CommonFile, piece: number): boolean {
    return this.missingIn(file, piece).length === 0
  }

  /** The missing pieces of the other torrent that our piece needs. */
  missingIn(file: CommonFile, piece: number): number[] {
    const { offsetBytes, lengthBytes } = this.ours.files[file.ours]!
    const from = this.ours.pieceOffset(piece) - offsetBytes
    const to = Math.min(lengthBytes, from + this.ours.pieceLengthBytes)
    return this.#theirPieces(file, from, to).filter(theirs => !this.#other.have.has(theirs))
  }

  hasRange({ file, from, to }: CommonRange): boolean {
    return this.#theirPieces(file, from, to).every(piece => this.#other.have.has(piece))
  }

  /** Whether the other torrent has the complete range, or is downloading the missing parts. */
  isUnderWay({ file, from, to }: CommonRange): boolean {
    const { have, picker } = this.#other
    return this.#theirPieces(file, from, to).every(piece => have.has(piece) || picker?.isPartial(piece))
  }

  /** The bytes of common files in a piece of the other torrent. */
  rangesOf(theirPiece: number): CommonRange[] {
    const { layout } = this.#other
    const begin = layout.pieceOffset(theirPiece)
    const end = begin + layout.pieceLengthBytes
    return this.files.flatMap(file => {
      const { offsetBytes, lengthBytes } = layout.files[file.theirs]!
      const from = Math.max(0, begin - offsetBytes)
      const to = Math.min(lengthBytes, end - offsetBytes)
      return from < to ? [{ file, from, to }] : []
    })
  }

  /** Our pieces with any byte of a range, ascending. */
  ourPieces({ file, from, to }: CommonRange): number[] {
    return piecesBetween(this.ours, file.ours, from, to)
  }

  /** The range of one of our blocks. The last block of a file ends with it, apart from padding. */
  ofBlock(block: number, blocksPerPiece: number): CommonRange {
    const piece = Math.floor(block / blocksPerPiece)
    const at = this.ours.pieceOffset(piece) + (block - piece * blocksPerPiece) * BLOCK_BYTES
    const index = this.ours.fileAt(at)
    const file = this.files.find(({ ours }) => ours === index)!
    const { offsetBytes, lengthBytes } = this.ours.files[index]!
    const from = at - offsetBytes
    return { file, from, to: Math.min(lengthBytes, from + BLOCK_BYTES) }
  }

  #theirPieces({ theirs }: CommonFile, from: number, to: number): number[] {
    return piecesBetween(this.#other.layout, theirs, from, to)
  }
}

function piecesBetween(layout: PieceLayout, file: number, from: number, to: number): number[] {
  const { offsetBytes } = layout.files[file]!
  const first = Math.floor((offsetBytes + from) / layout.pieceLengthBytes)
  const last = Math.floor((offsetBytes + to - 1) / layout.pieceLengthBytes)
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
