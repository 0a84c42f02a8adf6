import { provableFiles, provedLayers } from '#proved-layers'
import { Bitfield } from '../base/bitfield.ts'
import { ExpectedDigests } from './expected.ts'
import type { HashOptions } from './hash-pool.ts'
import type { RecheckJob } from './recheck-job.ts'

/**
 * Reads stored pieces and verifies them: SHA-1 for v1, merkle trees for v2, both for hybrid. The
 * result has a bit for every piece of the torrent; the bits of unchecked pieces are clear. Rejects
 * like HashPool.hash; missing files are not an error.
 */
export async function recheck(job: RecheckJob, options: HashOptions = {}): Promise<Bitfield> {
  const { info, layout, storage, pool, pieceLayers } = job
  const unproved = provableFiles(job)
  const pieces = piecesToCheck(job, unproved)
  const digests = await pool.hash(
    { layout, version: info.version, source: storage, ...(pieces && { pieces }) },
    options,
  )
  const proved = provedLayers(job, unproved, digests, pieces)
  for (const [root, layer] of proved) job.onLayer?.(root, layer)
  const expected = new ExpectedDigests(info, layout, new Map([...pieceLayers, ...proved]))
  const verified = new Bitfield(layout.pieceCount)
  for (let i = 0; i < digests.present.length; i++) {
    const piece = pieces ? pieces[i]! : i
    if (expected.matches(piece, digests, i)) verified.set(piece)
  }
  return verified
}

/**
 * The pieces to hash; undefined means all. `unproved` are files whose pieces may prove their layer.
 */
function piecesToCheck(job: RecheckJob, unproved: readonly number[]): readonly number[] | undefined {
  const { info, layout } = job
  if (info.pieceHashes) return job.pieces
  const expected = new ExpectedDigests(info, layout, job.pieceLayers)
  const whole = new Set(unproved)
  const all = job.pieces ?? Array.from({ length: layout.pieceCount }, (_, piece) => piece)
  const useful = all.filter(
    piece => expected.isKnown(piece) || whole.has(layout.fileAt(layout.pieceOffset(piece))),
  )
  return useful.length === layout.pieceCount ? undefined : useful
}
