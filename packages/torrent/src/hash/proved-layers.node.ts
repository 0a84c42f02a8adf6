import { equalBytes, hex } from '../base/bytes.ts'
import { HASH_BYTES, layerRoot } from '../metainfo/merkle.ts'
import { filesWithoutLayer } from '../metainfo/missing-layers.ts'
import type { PieceDigests } from './hash-pool.ts'
import type { RecheckJob } from './recheck-job.ts'

/**
 * Indexes of the files whose piece layer is unknown and may be proved by their pieces, which are
 * all checked.
 */
export function provableFiles(job: RecheckJob): number[] {
  const files = filesWithoutLayer(job.info, job.pieceLayers)
  return files.length === 0 ? files : files.filter(isCheckedWhole(job))
}

/** Returns for a file whether all its pieces are checked. */
function isCheckedWhole({ layout, pieces }: RecheckJob): (file: number) => boolean {
  if (!pieces) return () => true
  const checked = new Set(pieces)
  return file => {
    const { first, end } = layout.piecesOf(file)
    for (let piece = first; piece < end; piece++) if (!checked.has(piece)) return false
    return true
  }
}

/**
 * Returns the layers that the digests of all pieces of a file form, if they lead to the file's
 * root.
 */
export function provedLayers(
  { info, layout }: RecheckJob,
  unproved: readonly number[],
  { present, roots }: PieceDigests,
  pieces: readonly number[] | undefined,
): Map<string, Uint8Array> {
  const proved = new Map<string, Uint8Array>()
  if (!roots || unproved.length === 0) return proved
  const places = pieces && new Map(pieces.map((piece, i) => [piece, i]))
  for (const file of unproved) {
    const { first, end } = layout.piecesOf(file)
    // Pieces of one file are next to each other in both lists.
    const at = places ? places.get(first)! : first
    const count = end - first
    if (!Array.from({ length: count }, (_, i) => at + i).every(i => present.has(i))) continue
    const layer = roots.slice(at * HASH_BYTES, (at + count) * HASH_BYTES)
    const { piecesRoot } = layout.files[file]!
    if (equalBytes(layerRoot(layer, info.pieceLengthBytes), piecesRoot!)) proved.set(hex(piecesRoot!), layer)
  }
  return proved
}
