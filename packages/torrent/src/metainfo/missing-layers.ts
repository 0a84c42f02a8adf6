import { hex } from '../base/bytes.ts'
import type { Info, Metainfo } from './metainfo.ts'

/**
 * Indexes of the files whose piece layer (BEP 52) is not among `pieceLayers`. Files of one piece
 * and v1 torrents need none.
 */
export function filesWithoutLayer(
  { files, pieceLengthBytes }: Pick<Info, 'files' | 'pieceLengthBytes'>,
  pieceLayers: Metainfo['pieceLayers'],
): number[] {
  return [...files.keys()].filter(index => {
    const { piecesRoot, lengthBytes } = files[index]!
    return piecesRoot && lengthBytes > pieceLengthBytes && !pieceLayers.has(hex(piecesRoot))
  })
}
