import { type Clock, delay } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { DigestTable, ProgressReport } from './digests.ts'
import type { ByteSource, HashJob, HashOptions, PieceDigests } from './hash-pool.ts'
import { PieceHasher, type PieceShape } from './piece-hasher.ts'
import { pieceShape, RunCutter } from './runs.ts'

const CHUNK_BYTES = 256 * 1024
/** How long hashing may block the event loop. */
const MAX_BUSY_MS = 10

/**
 * Hashes a job on this thread through `read` and yields to the event loop in between. Otherwise
 * like HashPool.hash.
 */
export async function hashByReading(
  job: HashJob,
  read: ByteSource['read'],
  clock: Clock,
  { onProgress, signal }: HashOptions = {},
): Promise<PieceDigests> {
  const cutter = new RunCutter(job, 1)
  const table = new DigestTable(job.version, cutter.pieceCount)
  const progress = new ProgressReport(cutter.totalBytes, onProgress, clock)
  const hasher = new PieceHasher(table.sha1 !== null, table.roots !== null)
  const buffer = new Uint8Array(CHUNK_BYTES)
  let busySinceMs = clock.nowMs()

  const hashPiece = async (offset: number, shape: PieceShape): Promise<boolean> => {
    hasher.begin(shape)
    for (let at = 0; at < shape.dataBytes; ) {
      signal?.throwIfAborted()
      const chunk = buffer.subarray(0, Math.min(buffer.length, shape.dataBytes - at))
      if (!(await readIfPresent(read, offset + at, chunk))) return false
      hasher.update(chunk)
      at += chunk.length
      if (clock.nowMs() - busySinceMs > MAX_BUSY_MS) {
        await delay(clock, 0, signal)
        busySinceMs = clock.nowMs()
      }
    }
    hasher.updateZeros(shape.sizeBytes - shape.dataBytes)
    return true
  }

  for (let i = 0; i < cutter.pieceCount; i++) {
    const piece = cutter.pieceAt(i)
    const shape = pieceShape(job.layout, piece)
    if (await hashPiece(job.layout.pieceOffset(piece), shape)) {
      hasher.finish(i, table.sha1, table.roots)
      table.present.set(i)
    }
    progress.add(shape.sizeBytes)
  }
  signal?.throwIfAborted()
  progress.end()
  return table.result()
}

/** Fills `into` from `offset`; returns false if the bytes are missing. */
export async function readIfPresent(
  read: ByteSource['read'],
  offset: number,
  into: Uint8Array,
): Promise<boolean> {
  try {
    await read(offset, into)
    return true
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'not-found') return false
    throw error
  }
}
