import { BLOCK_BYTES, type FileEntry, type Info } from './metainfo.ts'

/** A run of bytes within one file. */
export interface FileSpan {
  /** Index into `layout.files`. */
  readonly file: number
  /** Where the run begins in the file. */
  readonly fileOffset: number
  readonly length: number
}

/**
 * All arithmetic between a torrent's bytes, pieces, blocks and files.
 *
 * The piece space is one run of bytes: all files one after the other, pads included. For v1 and hybrid torrents, pads are data on the
 * wire (zeros), as every v1 client expects; for v2 alone a piece ends with its file (BEP 52). `pieceSize` is the length on the wire,
 * `dataSize` stops at the last byte that belongs to a real file: what follows it need not be requested.
 */
export class PieceLayout {
  readonly files: readonly FileEntry[]
  readonly pieceLengthBytes: number
  /** Length of the piece space: pads included. */
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

  /** Where the piece begins in the piece space. */
  pieceOffset(piece: number): number {
    return piece * this.pieceLengthBytes
  }

  /** Bytes of the piece on the wire. */
  pieceSize(piece: number): number {
    return this.#truncated ? this.dataSize(piece) : this.#spaceIn(piece)
  }

  /** Bytes from the start of the piece to the last that is not padding; at least 0. */
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

  /** How many blocks of the piece hold data, so are worth requesting. */
  blockCount(piece: number): number {
    return Math.ceil(this.dataSize(piece) / BLOCK_BYTES)
  }

  /** Bytes of a block on the wire. */
  blockSize(piece: number, block: number): number {
    return Math.min(BLOCK_BYTES, this.pieceSize(piece) - block * BLOCK_BYTES)
  }

  /** Index of the file that holds this byte of the piece space, skipping empty files. -1 when there is none. */
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

  /** The runs of files, pads included, that `length` bytes of the piece space from `offset` cover. Empty files are skipped. */
  spans(offset: number, length: number): FileSpan[] {
    const spans: FileSpan[] = []
    let file = this.fileAt(offset)
    // Empty files share their offset with the next one: step back is never needed, since fileAt finds the last.
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

  /** The pieces a file has bytes in, as `[first, end)`; empty for an empty file. */
  piecesOf(file: number): { first: number; end: number } {
    const { offsetBytes, lengthBytes } = this.files[file]!
    const first = Math.floor(offsetBytes / this.pieceLengthBytes)
    if (lengthBytes === 0) return { first, end: first }
    return { first, end: Math.floor((offsetBytes + lengthBytes - 1) / this.pieceLengthBytes) + 1 }
  }

  /** Room of the piece in the piece space: the piece length, but for the last piece. */
  #spaceIn(piece: number): number {
    return Math.min(this.pieceLengthBytes, this.totalBytes - this.pieceOffset(piece))
  }
}
