import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'

/** How long one request should last, so that a new one is nothing beside it, and a slow seed does not sit on blocks for long. */
const RUN_SECONDS = 2
const LEAST_BLOCKS = 16
const FIRST_BLOCKS = 64
const MOST_BLOCKS = 512

/** Blocks to ask for at a time of a seed of that rate; 0 when it is not known. */
export function lengthOfRun(bytesPerSecond: number): number {
  if (bytesPerSecond === 0) return FIRST_BLOCKS
  const blocks = Math.ceil((bytesPerSecond * RUN_SECONDS) / BLOCK_BYTES)
  return Math.min(MOST_BLOCKS, Math.max(LEAST_BLOCKS, blocks))
}

/** The same blocks with neighbours in order, whichever way they were picked, and otherwise the first picked first. */
export function inRuns(picked: readonly number[]): number[] {
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
