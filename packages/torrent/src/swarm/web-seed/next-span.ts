import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'

/** A run of bytes within one file, to be fetched with one request. */
export interface SeedSpan {
  /** Index into `layout.files`. */
  readonly file: number
  readonly fileOffset: number
  readonly lengthBytes: number
  /** Number of blocks, from the first, that the run covers in full or in part. */
  readonly blocks: number
}

/**
 * Returns the run of bytes of one file that begins `within` bytes into block `blocks[at]` and
 * continues through the blocks that follow without a gap, until one is not wanted or the file ends.
 * A pad file (BEP 47) is a run of its own, which need not be requested.
 */
export function nextSpan(
  layout: PieceLayout,
  blocksPerPiece: number,
  blocks: readonly number[],
  at: number,
  within: number,
  wanted: ReadonlySet<number>,
): SeedSpan {
  const begin = blockOffset(layout, blocksPerPiece, blocks[at]!) + within
  const file = layout.fileAt(begin)
  const entry = layout.files[file]!
  const fileEnd = entry.offsetBytes + entry.lengthBytes
  let next = at + 1
  let end = begin - within + blockSize(layout, blocksPerPiece, blocks[at]!)
  while (end < fileEnd && next < blocks.length) {
    const block = blocks[next]!
    if (!wanted.has(block) || blockOffset(layout, blocksPerPiece, block) !== end) break
    end += blockSize(layout, blocksPerPiece, block)
    next++
  }
  return {
    file,
    fileOffset: begin - entry.offsetBytes,
    lengthBytes: Math.min(end, fileEnd) - begin,
    blocks: next - at,
  }
}

/** The offset of a block in the torrent. */
export function blockOffset(layout: PieceLayout, blocksPerPiece: number, block: number): number {
  const piece = Math.floor(block / blocksPerPiece)
  return layout.pieceOffset(piece) + (block - piece * blocksPerPiece) * BLOCK_BYTES
}

/** The size of a block in bytes. */
export function blockSize(layout: PieceLayout, blocksPerPiece: number, block: number): number {
  const piece = Math.floor(block / blocksPerPiece)
  return layout.blockSize(piece, block - piece * blocksPerPiece)
}
