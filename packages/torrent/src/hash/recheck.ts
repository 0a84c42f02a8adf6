import { Bitfield } from '../base/bitfield.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'
import { ExpectedDigests } from './expected.ts'
import type { ByteSource, HashOptions, HashPool } from './hash-pool.ts'

export interface RecheckJob {
  readonly info: Info
  readonly layout: PieceLayout
  /** Where the pieces should be: a `Storage`, mostly. */
  readonly storage: ByteSource
  readonly pool: HashPool
  /** As Metainfo has them. Pieces of a v2 torrent whose layer is not among them cannot be checked, so count as missing, unread. */
  readonly pieceLayers: Metainfo['pieceLayers']
  /** Indexes of the pieces to check, ascending. Default: all. */
  readonly pieces?: readonly number[]
}

/**
 * Reads what is stored and tells which pieces are right: SHA-1 for v1, merkle trees for v2, both for hybrid. The result has a bit for
 * every piece of the torrent; those that were not to be checked are clear. Rejects as HashPool.hash does: missing files are no error.
 */
export async function recheck(job: RecheckJob, options: HashOptions = {}): Promise<Bitfield> {
  const { info, layout, storage, pool } = job
  const expected = new ExpectedDigests(info, layout, job.pieceLayers)
  const pieces = piecesToCheck(job, expected)
  const digests = await pool.hash(
    { layout, version: info.version, source: storage, ...(pieces && { pieces }) },
    options,
  )
  const right = new Bitfield(layout.pieceCount)
  for (let i = 0; i < digests.present.length; i++) {
    const piece = pieces ? pieces[i]! : i
    if (expected.matches(piece, digests, i)) right.set(piece)
  }
  return right
}

/** Undefined for all. */
function piecesToCheck(job: RecheckJob, expected: ExpectedDigests): readonly number[] | undefined {
  if (job.info.pieceHashes) return job.pieces
  const all = job.pieces ?? Array.from({ length: job.layout.pieceCount }, (_, piece) => piece)
  const known = all.filter(piece => expected.isKnown(piece))
  return known.length === job.layout.pieceCount ? undefined : known
}
