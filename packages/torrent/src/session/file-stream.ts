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
  /** Resolves with the content once the metadata is known. */
  ready(signal: AbortSignal | undefined): Promise<Content>
  /** Makes the piece due at `dueMs`, or no longer. */
  setDeadline(piece: number, dueMs: number | null): void
  /** Resolves when the piece is here; rejects when the torrent is closed or the signal aborts. */
  whenPiece(piece: number, signal: AbortSignal | undefined): Promise<void>
}

/**
 * Bytes `[start, end)` of one file in order, as they are verified. The pieces ahead of the reader get deadlines, so that they come before all
 * else, and lose them when the reader leaves.
 */
export async function* streamFile(
  host: StreamHost,
  file: number,
  options: { start?: number; end?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options
  const { layout, storage, have } = await host.ready(signal)
  const { offsetBytes, lengthBytes } = layout.files[file]!
  const start = options.start ?? 0
  const end = Math.min(options.end ?? lengthBytes, lengthBytes)
  if (!(start >= 0 && start <= lengthBytes))
    throw new ShoalError('bad-argument', `the file has ${lengthBytes} bytes: ${start} is not among them`)
  const hurried = new Set<number>()
  const pieceAt = (position: number) => Math.floor((offsetBytes + position) / layout.pieceLengthBytes)
  try {
    for (let at = start; at < end; ) {
      signal?.throwIfAborted()
      const piece = pieceAt(at)
      const last = pieceAt(Math.min(end, at + WINDOW_BYTES) - 1)
      const now = host.clock.nowMs()
      for (let ahead = piece; ahead <= last; ahead++) {
        if (have.has(ahead) || hurried.has(ahead)) continue
        hurried.add(ahead)
        host.setDeadline(ahead, now + (ahead - piece) * STEP_MS)
      }
      if (!have.has(piece)) await host.whenPiece(piece, signal)
      hurried.delete(piece)
      const pieceEnd = layout.pieceOffset(piece + 1) - offsetBytes
      const stop = Math.min(end, pieceEnd, at + CHUNK_BYTES)
      const bytes = new Uint8Array(stop - at)
      await storage.read(offsetBytes + at, bytes)
      yield bytes
      at = stop
    }
  } finally {
    for (const piece of hurried) host.setDeadline(piece, null)
  }
}
