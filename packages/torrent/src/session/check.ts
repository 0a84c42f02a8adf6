import type { Bitfield } from '../base/bitfield.ts'
import { equalBytes } from '../base/bytes.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import { recheck } from '../hash/recheck.ts'
import { planStart } from '../storage/plan-start.ts'
import type { ResumeProgress } from '../storage/resume-store.ts'
import type { Content } from './content.ts'

export interface CheckOptions {
  readonly pool: HashPool
  /** What was recorded in an earlier run. */
  readonly progress: ResumeProgress | null
  /** Hash everything, whatever was recorded. */
  readonly thorough: boolean
  readonly signal: AbortSignal
  /** 0 to 1. */
  onProgress(progress: number): void
}

/**
 * Finds out which pieces are here and sets them in `content.have`. Files that are as they were recorded are believed; the pieces of all
 * others are hashed; nothing is read where there is nothing. Resolves to whether something else is here than was recorded.
 */
export async function checkContent(content: Content, options: CheckOptions): Promise<boolean> {
  const { metainfo, layout, storage, have } = content
  const { pool, signal, onProgress } = options
  const { trusted, pieces } = await planCheck(content, options)
  for (let piece = 0; piece < layout.pieceCount; piece++) if (trusted?.has(piece)) have.set(piece)
  if (pieces.length === 0) return !isRecorded(have, options.progress)
  const right = await recheck(
    { info: metainfo.info, layout, storage, pool, pieceLayers: content.pieceLayers, pieces },
    {
      signal,
      onProgress: ({ doneBytes, totalBytes }) => onProgress(totalBytes === 0 ? 1 : doneBytes / totalBytes),
    },
  )
  for (const piece of pieces) if (right.has(piece)) have.set(piece)
  return true
}

/** What to believe, and the pieces to hash, ascending. */
async function planCheck({ layout, storage }: Content, { progress, thorough }: CheckOptions) {
  const stamps = await storage.stamps()
  // What is in memory has no stamps that could tell where to look.
  if (thorough && storage.segments(0, 0) === null)
    return { trusted: null, pieces: Array.from({ length: layout.pieceCount }, (_, piece) => piece) }
  const { trusted, recheck: ranges } = planStart(thorough ? null : progress, stamps, layout)
  const pieces = ranges.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))
  return { trusted, pieces }
}

function isRecorded(have: Bitfield, progress: ResumeProgress | null): boolean {
  return progress?.had !== null && progress?.had !== undefined && equalBytes(have.bytes, progress.had)
}
