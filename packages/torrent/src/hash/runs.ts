import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import type { StoredSegment } from '../storage/storage.ts'
import type { HashJob } from './hash-pool.ts'
import type { PieceShape } from './piece-hasher.ts'

/**
 * Consecutive pieces of a job in the form sent to a thread: flat arrays, which keep the message
 * cheap.
 */
export interface Run {
  /** Position of the first piece among the job's pieces; the others follow. */
  readonly first: number
  readonly count: number
  /** Total bytes of its pieces. */
  readonly bytes: number
  /** Three numbers per piece: `sizeBytes`, `dataBytes`, `leaves` (see PieceShape). */
  readonly shapes: Float64Array
  /**
   * The pieces' bytes in order, three numbers per segment: index into `paths` (-1: zeros), offset,
   * length.
   */
  readonly segments: Float64Array
  readonly paths: readonly string[]
}

/** Limits the size of a message for torrents with many tiny files. */
const MAX_SEGMENTS = 2048
const MIN_RUN_BYTES = 1 << 20
const MAX_RUN_BYTES = 1 << 24

export function pieceShape(layout: PieceLayout, piece: number): PieceShape {
  const dataBytes = layout.dataSize(piece)
  const file = layout.files[layout.fileAt(layout.pieceOffset(piece))]
  const fileBytes = file ? file.lengthBytes : 0
  return {
    sizeBytes: layout.pieceSize(piece),
    dataBytes,
    leaves: leafCount(fileBytes, layout.pieceLengthBytes),
  }
}

/**
 * BEP 52: the number of leaves is a power of two, and in a file of several pieces every piece's
 * subtree is that of a full piece.
 */
function leafCount(fileBytes: number, pieceLengthBytes: number): number {
  const blocks = Math.max(1, Math.ceil(Math.min(fileBytes, pieceLengthBytes) / BLOCK_BYTES))
  return 1 << (32 - Math.clz32(blocks - 1))
}

/**
 * Cuts a job into runs: long ones first, to save messages, and short ones last, so that all threads
 * finish together.
 */
export class RunCutter {
  readonly totalBytes: number
  readonly pieceCount: number
  readonly #job: HashJob
  readonly #threads: number
  #next = 0
  #bytesLeft: number

  constructor(job: HashJob, threads: number) {
    this.#job = job
    this.#threads = threads
    this.pieceCount = job.pieces ? job.pieces.length : job.layout.pieceCount
    this.totalBytes = this.#countBytes()
    this.#bytesLeft = this.totalBytes
  }

  get done(): boolean {
    return this.#next >= this.pieceCount
  }

  /** Whether the source is on disk, which `next` requires. */
  isOnDisk(): boolean {
    return this.#job.source.segments(this.#job.layout.pieceOffset(this.pieceAt(0)), 1) !== null
  }

  /**
   * Returns the next run, which has at least one piece. Call it only while not `done`, for a source
   * on disk.
   */
  next(): Run {
    const target = Math.min(MAX_RUN_BYTES, Math.max(MIN_RUN_BYTES, this.#bytesLeft / (this.#threads * 8)))
    const first = this.#next
    const shapes: number[] = []
    const list = new SegmentList()
    let bytes = 0
    while (!this.done && bytes < target && list.count < MAX_SEGMENTS) {
      const piece = this.pieceAt(this.#next)
      const shape = pieceShape(this.#job.layout, piece)
      const segments = this.#job.source.segments(this.#job.layout.pieceOffset(piece), shape.sizeBytes)
      if (!segments)
        throw new ShoalError('bad-argument', `Piece ${piece} is not on disk, but other pieces are`)
      list.add(segments)
      shapes.push(shape.sizeBytes, shape.dataBytes, shape.leaves)
      bytes += shape.sizeBytes
      this.#next++
    }
    this.#bytesLeft -= bytes
    return {
      first,
      count: this.#next - first,
      bytes,
      shapes: Float64Array.from(shapes),
      segments: Float64Array.from(list.numbers),
      paths: list.paths,
    }
  }

  /** Torrent piece index of the job's piece at this position. */
  pieceAt(position: number): number {
    return this.#job.pieces ? this.#job.pieces[position]! : position
  }

  #countBytes(): number {
    const { layout, pieces } = this.#job
    if (!pieces && layout.pieceCount > 0 && this.#job.version !== 'v2') return layout.totalBytes
    let bytes = 0
    for (let i = 0; i < this.pieceCount; i++) bytes += layout.pieceSize(this.pieceAt(i))
    return bytes
  }
}

/** Collects segments and joins adjacent ones of the same file. */
class SegmentList {
  readonly numbers: number[] = []
  readonly paths: string[] = []

  get count(): number {
    return this.numbers.length / 3
  }

  add(segments: readonly StoredSegment[]): void {
    for (const { path, offset, length } of segments) {
      const index = this.#pathIndex(path)
      const last = this.numbers.length - 3
      const joins =
        last >= 0 &&
        this.numbers[last] === index &&
        (index < 0 || this.numbers[last + 1]! + this.numbers[last + 2]! === offset)
      if (joins) this.numbers[last + 2]! += length
      else this.numbers.push(index, offset, length)
    }
  }

  /** Segments come in file order, so only the last path can repeat. */
  #pathIndex(path: string | null): number {
    if (path === null) return -1
    if (this.paths.at(-1) !== path) this.paths.push(path)
    return this.paths.length - 1
  }
}
