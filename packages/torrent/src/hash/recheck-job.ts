import type { PieceLayout } from '../metainfo/layout.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'
import type { ByteSource, HashPool } from './hash-pool.ts'

export interface RecheckJob {
  readonly info: Info
  readonly layout: PieceLayout
  /** Where the pieces are read from, usually a `Storage`. */
  readonly storage: ByteSource
  readonly pool: HashPool
  /**
   * As in Metainfo. If a file's layer is absent, its pieces prove it when all of them are checked
   * and present; otherwise pieces of a v2 torrent cannot be verified and count as missing.
   */
  readonly pieceLayers: Metainfo['pieceLayers']
  /** Called with each absent layer that the stored bytes prove, by hex of its root. */
  readonly onLayer?: ((root: string, layer: Uint8Array) => void) | undefined
  /** Indexes of the pieces to check, ascending. Default: all. */
  readonly pieces?: readonly number[]
}
