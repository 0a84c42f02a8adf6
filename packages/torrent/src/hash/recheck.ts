import { Bitfield } from '../base/bitfield.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'
import { ExpectedDigests } from './expected.ts'
import type { ByteSource, HashOptions, HashPool } from './hash-pool.ts'

export interface RecheckJob {
  readonly info: Info
  readonly layout: PieceLayout
  /** Where the pieces are read from, usually a `Storage`. */
  readonly storage: ByteSource
  readonly pool: HashPool
  /** As in Metainfo. Pieces of a v2 torrent whose layer is absent cannot be verified and count as missing without being read. */
  readonly pieceLayers: Metainfo['pieceLayers']
  /** Indexes of the pieces to check, ascending. Default: all. */
  readonly pieces?: readonly number[]
}

/**
 * Reads stored pieces and verifies them: SHA-1 for v1, merkle trees for v2, both for hybrid. The result has a bit for every piece of the
 * torrent; the bits of unchecked pieces are clear. Rejects like HashPool.hash; missing files are not an error.
 */
export async function recheck(job: RecheckJob, options: HashOptions = {}): Promise<Bitfield> {
  const { info, layout, storage, pool } = job
  const expected = new ExpectedDigests(info, layout, job.pieceLayers)
  const pieces = piecesToCheck(job, expected)
  const digests = await pool.hash(
    { layout, version: info.version, source: storage, ...(pieces && { pieces }) },
    options,
  )
  const verified = new Bitfield(layout.pieceCount)
  for (let i = 0; i < digests.present.length; i++) {
    const piece = pieces ? pieces[i]! : i
    if (expected.matches(piece, digests, i)) verified.set(piece)
  }
  return verified
}

/** The pieces to hash; undefined means all. */
function piecesToCheck(job: RecheckJob, expected: ExpectedDigests): readonly number[] | undefined {
  if (job.info.pieceHashes) return job.pieces
  const all = job.pieces ?? Array.from({ length: job.layout.pieceCount }, (_, piece) => piece)
  const known = all.filter(piece => expected.isKnown(piece))
  return known.length === job.layout.pieceCount ? undefined : known
}
