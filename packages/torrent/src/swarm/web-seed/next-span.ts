import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'

/** What is to be fetched in one go: a run of bytes within one file. */
export interface SeedSpan {
  /** Index into `layout.files`. */
  readonly file: number
  readonly fileOffset: number
  readonly lengthBytes: number
  /** How many of the blocks the run ends after or in, counted from the first. */
  readonly blocks: number
}

/**
 * The run of bytes of one file that begins `within` bytes into block `blocks[at]` and goes on through the blocks that follow it without a
 * gap, as long as `isWanted` says so and the file lasts. A pad file (BEP 47) makes a run of its own, which nobody needs to be asked for.
 */
export function nextSpan(
  layout: PieceLayout,
  blocksPerPiece: number,
  blocks: readonly number[],
  at: number,
  within: number,
  isWanted: (block: number) => boolean,
): SeedSpan {
  const begin = offsetOf(layout, blocksPerPiece, blocks[at]!) + within
  const file = layout.fileAt(begin)
  const entry = layout.files[file]!
  const fileEnd = entry.offsetBytes + entry.lengthBytes
  let next = at + 1
  let end = begin - within + sizeOf(layout, blocksPerPiece, blocks[at]!)
  while (end < fileEnd && next < blocks.length) {
    const block = blocks[next]!
    if (!isWanted(block) || offsetOf(layout, blocksPerPiece, block) !== end) break
    end += sizeOf(layout, blocksPerPiece, block)
    next++
  }
  return {
    file,
    fileOffset: begin - entry.offsetBytes,
    lengthBytes: Math.min(end, fileEnd) - begin,
    blocks: next - at,
  }
}

/** Where a block begins in the piece space. */
export function offsetOf(layout: PieceLayout, blocksPerPiece: number, block: number): number {
  const piece = Math.floor(block / blocksPerPiece)
  return layout.pieceOffset(piece) + (block - piece * blocksPerPiece) * BLOCK_BYTES
}

/** Bytes of a block. */
export function sizeOf(layout: PieceLayout, blocksPerPiece: number, block: number): number {
  const piece = Math.floor(block / blocksPerPiece)
  return layout.blockSize(piece, block - piece * blocksPerPiece)
}
