import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'

/**
 * Duration that one request should have: long enough to make its overhead negligible, short enough
 * that a slow seed does not hold blocks for long.
 */
const RUN_SECONDS = 2
const LEAST_BLOCKS = 16
const FIRST_BLOCKS = 32
const MOST_BLOCKS = 512

/**
 * Returns the number of blocks to request at a time from a seed of that rate; 0 if the rate is
 * unknown.
 */
export function runLength(bytesPerSecond: number): number {
  if (bytesPerSecond === 0) return FIRST_BLOCKS
  const blocks = Math.ceil((bytesPerSecond * RUN_SECONDS) / BLOCK_BYTES)
  return Math.min(MOST_BLOCKS, Math.max(LEAST_BLOCKS, blocks))
}

/** Sorts neighboring blocks and otherwise keeps the order in which blocks were picked. */
export function toRuns(picked: readonly number[]): number[] {
  const runs: number[][] = []
  for (const block of picked) {
    const run = runs.at(-1)
    if (run && block === run[run.length - 1]! + 1) run.push(block)
    // Duplicates (endgame) are picked from the end of a piece.
    else if (run && block === run[0]! - 1) run.unshift(block)
    else runs.push([block])
  }
  return runs.flat()
}
