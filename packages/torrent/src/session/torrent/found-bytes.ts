import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { ResumeProgress } from '../../storage/record/resume-store.ts'

interface FoundContent {
  readonly layout: Pick<PieceLayout, 'pieceCount' | 'pieceSize'>
  readonly have: Bitfield
}

/**
 * Counts bytes that an earlier run downloaded but did not record, because it was killed, and that
 * the check at the start found in the files. Counts nothing for a torrent without downloads: its
 * files came from another source.
 */
export function foundBytes(
  { layout, have }: FoundContent,
  recorded: Bitfield,
  { downloadedBytes, unfinished }: Pick<ResumeProgress, 'downloadedBytes' | 'unfinished'>,
): number {
  if (downloadedBytes === 0) return 0
  let found = 0
  let stored = 0
  for (let piece = 0; piece < layout.pieceCount; piece++) {
    const pieceBytes = layout.pieceSize(piece)
    const storedBytes = recorded.has(piece)
      ? pieceBytes
      : Math.min(pieceBytes, BLOCK_BYTES * countBits(unfinished?.get(piece)))
    stored += storedBytes
    if (have.has(piece)) found += pieceBytes - storedBytes
  }
  // Bytes downloaded beyond those stored were being written to the files, so they are among the
  // found ones.
  return Math.max(0, found - Math.max(0, downloadedBytes - stored))
}

function countBits(bytes: Uint8Array = new Uint8Array()): number {
  let count = 0
  for (const byte of bytes) for (let bits = byte; bits > 0; bits &= bits - 1) count++
  return count
}
