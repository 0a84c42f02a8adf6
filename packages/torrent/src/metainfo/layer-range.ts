import { treeHeight } from './merkle.ts'

/**
 * The hashes that a `hash request` names and a `hashes` message carries, within one file's tree
 * (BEP 52, "hash request").
 */
export interface LayerRange {
  /** Layers above the leaves: 0 for block hashes. */
  readonly baseLayer: number
  /** First hash; a multiple of `length`. */
  readonly index: number
  /** Number of hashes in the base layer: a power of two, or the rest of the layer. */
  readonly length: number
  /**
   * Number of layers above the base layer that the proof covers, with one uncle hash each; see
   * `uncleLevels`.
   */
  readonly proofLayers: number
}

/** BEP 52: the length of a request should not be greater. */
export const HASHES_PER_REQUEST = 512
/** The longest request we answer. libtorrent has the same limit. */
const MAX_HASHES_PER_REQUEST = 8192

/** Number of nodes at `level` that cover at least one of the file's `blockCount` blocks. */
export function nodeCount(blockCount: number, level: number): number {
  return Math.ceil(blockCount / 2 ** level)
}

/**
 * Whether BEP 52 allows the request for a file of `blockCount` blocks whose tree has its root at
 * level `height`.
 */
export function isValidRange(range: LayerRange, blockCount: number, height: number): boolean {
  const { baseLayer, index, length, proofLayers } = range
  if (![baseLayer, index, length, proofLayers].every(number => Number.isSafeInteger(number) && number >= 0)) {
    return false
  }
  if (baseLayer > height || length < 1 || length > MAX_HASHES_PER_REQUEST) return false
  const width = 2 ** treeHeight(length)
  // BEP 52: a power of two "unless it gets truncated by the end of the layer".
  if (width !== length && index + length < nodeCount(blockCount, baseLayer)) return false
  return index % width === 0 && index + length <= 2 ** (height - baseLayer)
}

/**
 * Levels whose uncle hash a `hashes` message carries, lowest first. BEP 52: one per proof layer,
 * except for layers that can be computed from the requested hashes. The root has no uncle.
 */
export function uncleLevels(range: LayerRange, height: number): number[] {
  const levels: number[] = []
  const last = Math.min(range.baseLayer + range.proofLayers, height - 1)
  for (let level = range.baseLayer + treeHeight(range.length); level <= last; level++) levels.push(level)
  return levels
}

/** Index of the node at `level` that covers all hashes of the range. */
export function nodeOver(range: LayerRange, level: number): number {
  return Math.floor(range.index / 2 ** (level - range.baseLayer))
}

export function sibling(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1
}
