import { BLOCK_BYTES, type FileEntry, type Info } from './metainfo.ts'

/** A range of bytes within one file. */
export interface FileSpan {
  /** Index into `layout.files`. */
  readonly file: number
  /** Offset of the range in the file. */
  readonly fileOffset: number
  readonly length: number
}

/**
 * Converts between a torrent's byte offsets, pieces, blocks and files.
 *
 * The piece space is one range of bytes: all files one after another, including pads. In v1 and
 * hybrid torrents, pads are sent as zeros, as every v1 client expects; in v2-only torrents a piece
 * ends with its file (BEP 52). `pieceSize` is the length on the wire; `dataSize` ends at the last
 * byte of a real file, and nothing after it needs to be requested.
 */
export class PieceLayout {
  readonly files: readonly FileEntry[]
  readonly pieceLengthBytes: number
  /** Length of the piece space, including pads. */
  readonly totalBytes: number
  readonly pieceCount: number
  readonly #truncated: boolean

  constructor(info: Pick<Info, 'files' | 'pieceLengthBytes' | 'version'>) {
    this.files = info.files
    this.pieceLengthBytes = info.pieceLengthBytes
    const last = info.files.at(-1)
    this.totalBytes = last ? last.offsetBytes + last.lengthBytes : 0
    this.pieceCount = Math.ceil(this.totalBytes / info.pieceLengthBytes)
    this.#truncated = info.version === 'v2'
  }

  /** Offset of the piece in the piece space. */
  pieceOffset(piece: number): number {
    return piece * this.pieceLengthBytes
  }

  /** Bytes of the piece on the wire. */
  pieceSize(piece: number): number {
    return this.#truncated ? this.dataSize(piece) : this.#spaceIn(piece)
  }

  /** Bytes from the start of the piece to its last byte that is not padding; may be 0. */
  dataSize(piece: number): number {
    const begin = this.pieceOffset(piece)
    const end = begin + this.#spaceIn(piece)
    for (let file = this.fileAt(end - 1); file >= 0; file--) {
      const entry = this.files[file]!
      if (entry.offsetBytes + entry.lengthBytes <= begin) break
      if (!entry.pad && entry.lengthBytes > 0)
        return Math.min(end, entry.offsetBytes + entry.lengthBytes) - begin
    }
    return 0
  }

  /** Number of blocks of the piece that hold data and are worth requesting. */
  blockCount(piece: number): number {
    return Math.ceil(this.dataSize(piece) / BLOCK_BYTES)
  }

  /** Bytes of a block on the wire. */
  blockSize(piece: number, block: number): number {
    return Math.min(BLOCK_BYTES, this.pieceSize(piece) - block * BLOCK_BYTES)
  }

  /**
   * Index of the (non-empty) file that holds this byte of the piece space; -1 if the offset is
   * outside.
   */
  fileAt(offset: number): number {
    if (offset < 0 || offset >= this.totalBytes) return -1
    let low = 0
    let high = this.files.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.files[middle]!.offsetBytes <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /**
   * The file ranges, including pads, that `length` bytes of the piece space from `offset` cover.
   * Empty files are skipped.
   */
  spans(offset: number, length: number): FileSpan[] {
    const spans: FileSpan[] = []
    let file = this.fileAt(offset)
    // Empty files share their offset with the next file, and fileAt finds the last of them, so
    // there is no need to step back.
    for (let at = offset, rest = Math.min(length, this.totalBytes - offset); rest > 0 && file >= 0; file++) {
      const entry = this.files[file]!
      const fileOffset = at - entry.offsetBytes
      const count = Math.min(rest, entry.lengthBytes - fileOffset)
      if (count <= 0) continue
      spans.push({ file, fileOffset, length: count })
      at += count
      rest -= count
    }
    return spans
  }

  /**
   * The pieces that contain bytes of the file, as `[first, end)`; an empty range for an empty file.
   */
  piecesOf(file: number): { first: number; end: number } {
    const { offsetBytes, lengthBytes } = this.files[file]!
    const first = Math.floor(offsetBytes / this.pieceLengthBytes)
    if (lengthBytes === 0) return { first, end: first }
    return { first, end: Math.floor((offsetBytes + lengthBytes - 1) / this.pieceLengthBytes) + 1 }
  }

  /** Bytes of the piece in the piece space: the piece length, except for the last piece. */
  #spaceIn(piece: number): number {
    return Math.min(this.pieceLengthBytes, this.totalBytes - this.pieceOffset(piece))
  }
}
