/** Runs of a torrent's bytes. */
import type { PieceLayout } from '../metainfo/layout.ts'

/** The run from `offset` cut at the pieces' borders. `begin` counts from the start of the run, `within` from that of the piece. */
export function byPiece(
  layout: PieceLayout,
  offset: number,
  length: number,
): { piece: number; within: number; begin: number; length: number }[] {
  const runs = []
  for (let begin = 0; begin < length; ) {
    const piece = Math.floor((offset + begin) / layout.pieceLengthBytes)
    const within = offset + begin - layout.pieceOffset(piece)
    const count = Math.min(length - begin, layout.pieceLengthBytes - within)
    runs.push({ piece, within, begin, length: count })
    begin += count
  }
  return runs
}

/** Waits for all, since each uses the caller's buffer; then rejects with the first error if there was one. */
export async function settleAll(jobs: readonly Promise<void>[]): Promise<void> {
  if (jobs.length === 1) return jobs[0]
  for (const result of await Promise.allSettled(jobs)) if (result.status === 'rejected') throw result.reason
}
