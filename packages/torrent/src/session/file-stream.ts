import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Content } from './content.ts'

/** Bytes handed out at a time. */
const CHUNK_BYTES = 256 * 1024
/** How far ahead of the reader pieces are hurried: what a player buffers. */
const WINDOW_BYTES = 8 * 1024 * 1024
/** The piece that the reader waits for is due at once, each one after it this much later. */
const STEP_MS = 250

/** What a stream needs of its torrent. */
export interface StreamHost {
  readonly clock: Clock
  readonly content: Content
  /** Where a file is, below the download folder, by index among all files. */
  currentPath(file: number): readonly string[]
  /** Makes the piece due at `dueMs`; calling the result takes that back. */
  hurry(piece: number, dueMs: number): () => void
  /** Resolves when the piece is here; rejects when the torrent is closed or the signal aborts. */
  whenPiece(piece: number, signal: AbortSignal | undefined): Promise<void>
}

export interface StreamRange {
  readonly start?: number
  readonly end?: number
  readonly signal?: AbortSignal
}

/**
 * Bytes `[start, end)` of one file in order, as they are verified. The pieces ahead of the reader get deadlines, so that they come before all
 * else, and lose them when the reader leaves. Throws `bad-argument` for a range that the file does not have.
 */
export async function* streamFile(
  host: StreamHost,
  file: number,
  range: StreamRange = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = range
  const { layout, storage, have } = host.content
  const { offsetBytes, lengthBytes } = layout.files[file]!
  const { start, end } = checkedRange(range, lengthBytes)
  const hurried = new Map<number, () => void>()
  const pieceAt = (position: number) => Math.floor((offsetBytes + position) / layout.pieceLengthBytes)
  try {
    for (let at = start; at < end; ) {
      signal?.throwIfAborted()
      const piece = pieceAt(at)
      const last = pieceAt(Math.min(end, at + WINDOW_BYTES) - 1)
      const now = host.clock.nowMs()
      for (let ahead = piece; ahead <= last; ahead++) {
        if (have.has(ahead) || hurried.has(ahead)) continue
        hurried.set(ahead, host.hurry(ahead, now + (ahead - piece) * STEP_MS))
      }
      // A check may take away again what it has not found yet.
      while (!have.has(piece)) await host.whenPiece(piece, signal)
      hurried.get(piece)?.()
      hurried.delete(piece)
      const stop = Math.min(end, layout.pieceOffset(piece + 1) - offsetBytes, at + CHUNK_BYTES)
      const bytes = new Uint8Array(stop - at)
      await storage.read(offsetBytes + at, bytes)
      yield bytes
      at = stop
    }
  } finally {
    for (const release of hurried.values()) release()
  }
}

function checkedRange(range: StreamRange, lengthBytes: number): { start: number; end: number } {
  const { start = 0, end = lengthBytes } = range
  if (Number.isSafeInteger(start) && start >= 0 && start <= lengthBytes && end >= start && !(end % 1))
    return { start, end: Math.min(end, lengthBytes) }
  throw new ShoalError(
    'bad-argument',
    `the file has ${lengthBytes} bytes: ${start} to ${end} is no range of whole bytes in it`,
  )
}
