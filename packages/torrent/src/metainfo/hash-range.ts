import { heightOf } from './merkle.ts'

/** What a `hash request` asks of a file's tree, and a `hashes` message answers (BEP 52, "hash request"). */
export interface HashRange {
  /** Layers above the leaves: 0 for hashes of blocks. */
  readonly baseLayer: number
  /** First hash wanted; a multiple of `length`. */
  readonly index: number
  /** Hashes wanted from the base layer: a power of two, or what is left of the layer. */
  readonly length: number
  /** How many layers above the base layer to prove them by, one uncle hash each; see `uncleLevels`. */
  readonly proofLayers: number
}

/** BEP 52: the length of a request should not be greater. */
export const HASHES_PER_REQUEST = 512
/** The longest request that is answered. libtorrent draws the line here too. */
export const MAX_HASHES_PER_REQUEST = 8192

/** Nodes at `level` that cover any of a file of `blockCount` blocks. */
export function nodeCount(blockCount: number, level: number): number {
  return Math.ceil(blockCount / 2 ** level)
}

/** Whether a request is one that BEP 52 allows for a file of `blockCount` blocks, whose tree has its root at level `height`. */
export function isValidRange(range: HashRange, blockCount: number, height: number): boolean {
  const { baseLayer, index, length, proofLayers } = range
  if (![baseLayer, index, length, proofLayers].every(number => Number.isSafeInteger(number) && number >= 0)) {
    return false
  }
  if (baseLayer > height || length < 1 || length > MAX_HASHES_PER_REQUEST) return false
  const width = 2 ** heightOf(length)
  // BEP 52: a power of two "unless it gets truncated by the end of the layer".
  if (width !== length && index + length < nodeCount(blockCount, baseLayer)) return false
  return index % width === 0 && index + length <= 2 ** (height - baseLayer)
}

/**
 * Levels whose uncle hash a `hashes` message carries, from the lowest. BEP 52: one a proof layer, but none for layers that follow from the
 * requested hashes themselves; there is none beside the root.
 */
export function uncleLevels(range: HashRange, height: number): number[] {
  const levels: number[] = []
  const last = Math.min(range.baseLayer + range.proofLayers, height - 1)
  for (let level = range.baseLayer + heightOf(range.length); level <= last; level++) levels.push(level)
  return levels
}

/** Index of the node at `level` that is above all hashes of the range. */
export function nodeOver(range: HashRange, level: number): number {
  return Math.floor(range.index / 2 ** (level - range.baseLayer))
}

export function siblingOf(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1
}
