import { equalBytes } from '../../base/bytes.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import type { DigestKinds, PieceBuffer } from './piece-buffer.ts'
import type { PieceRoots } from './piece-roots.ts'

/**
 * The digests that verify a piece: both for a hybrid torrent (BEP 52). A piece of padding only has
 * no v2 hash.
 */
export function digestKinds({ version }: Info, layout: PieceLayout, piece: number): DigestKinds {
  return { v1: version !== 'v2', v2: version !== 'v1' && layout.dataSize(piece) > 0 }
}

/**
 * Whether a complete piece matches its hash. BEP 52: a hybrid piece must match both of its hashes;
 * while the v2 one is unknown, v1 decides.
 */
export function verifyPiece(info: Info, roots: PieceRoots, buffer: PieceBuffer): boolean | Promise<boolean> {
  const leaves = buffer.leavesAsync()
  if (!leaves) return verify(info, roots, buffer, () => buffer.sha1())
  // Both at once: that is one hop to another thread, not two.
  const sha1 = info.pieceHashes ? Promise.resolve(buffer.sha1()) : null
  return Promise.all([leaves, sha1]).then(([, digest]) => verify(info, roots, buffer, () => digest!))
}

function verify(
  { pieceHashes }: Info,
  roots: PieceRoots,
  buffer: PieceBuffer,
  sha1: () => Uint8Array | Promise<Uint8Array>,
): boolean | Promise<boolean> {
  const byRoot = buffer.leaves ? roots.verify(buffer.piece, buffer.leaves) : true
  if (byRoot === false || !pieceHashes) return byRoot ?? false
  const expected = pieceHashes.subarray(20 * buffer.piece, 20 * buffer.piece + 20)
  const digest = sha1()
  return digest instanceof Promise
    ? digest.then(bytes => equalBytes(bytes, expected))
    : equalBytes(digest, expected)
}
