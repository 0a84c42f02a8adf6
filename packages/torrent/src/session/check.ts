import type { HashPool } from '../hash/hash-pool.ts'
import { recheck } from '../hash/recheck.ts'
import { planStart } from '../storage/plan-start.ts'
import type { ResumeProgress } from '../storage/resume-store.ts'
import type { Content } from './content.ts'

export interface CheckOptions {
  readonly pool: HashPool
  /** What was recorded in an earlier run. */
  readonly progress: ResumeProgress | null
  readonly signal: AbortSignal
  /** 0 to 1. */
  onProgress(progress: number): void
}

/**
 * Finds out which pieces are here and sets them in `content.have`. Files that are as they were recorded are believed; the pieces of all
 * others are hashed; nothing is read where there is nothing.
 */
export async function checkContent(content: Content, options: CheckOptions): Promise<void> {
  const { metainfo, layout, storage, have } = content
  const { pool, progress, signal, onProgress } = options
  const stamps = await storage.stamps()
  const plan = planStart(progress, stamps, layout)
  for (let piece = 0; piece < layout.pieceCount; piece++) if (plan.trusted.has(piece)) have.set(piece)
  const pieces = plan.recheck.flatMap(({ first, end }) =>
    Array.from({ length: end - first }, (_, i) => first + i),
  )
  if (pieces.length === 0) return
  const right = await recheck(
    { info: metainfo.info, layout, storage, pool, pieceLayers: content.pieceLayers, pieces },
    {
      signal,
      onProgress: ({ doneBytes, totalBytes }) => onProgress(totalBytes === 0 ? 1 : doneBytes / totalBytes),
    },
  )
  for (const piece of pieces) if (right.has(piece)) have.set(piece)
}
