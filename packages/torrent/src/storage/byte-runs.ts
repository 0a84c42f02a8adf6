// Arithmetic on ranges of a torrent's bytes and on lists of buffers.
import type { PieceLayout } from '../metainfo/layout.ts'

/**
 * Bytes per write call. Linux caches the bytes of one call in a memory unit as large as the call.
 * Large units are expensive to allocate: up to ten times as much per byte as small ones (ext4 of
 * 6.18, in a virtual machine).
 */
export const WRITE_STEP_BYTES = 64 * 1024

/**
 * Splits a range at piece boundaries. `begin` counts from the start of the range, `within` from the
 * start of the piece.
 */
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

/**
 * Waits for all jobs, because each uses the caller's buffer; then rejects with the first error, if
 * any.
 */
export async function settleAll(jobs: readonly Promise<void>[]): Promise<void> {
  if (jobs.length === 1) return jobs[0]
  for (const result of await Promise.allSettled(jobs)) if (result.status === 'rejected') throw result.reason
}

/** The buffers without their first `count` bytes; contains no empty buffers. */
export function skipBytes(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let index = 0
  while (index < buffers.length && count >= buffers[index]!.length) count -= buffers[index++]!.length
  const rest = buffers.slice(index)
  if (count > 0) rest[0] = rest[0]!.subarray(count)
  return rest
}

/** Views of `length` bytes of the concatenated buffers from `begin`. */
export function takeBytes(buffers: readonly Uint8Array[], begin: number, length: number): Uint8Array[] {
  const taken = skipBytes(buffers, begin)
  for (let index = 0; index < taken.length; index++) {
    const buffer = taken[index]!
    if (buffer.length >= length) {
      taken[index] = buffer.subarray(0, length)
      taken.length = index + 1
      break
    }
    length -= buffer.length
  }
  return taken
}
