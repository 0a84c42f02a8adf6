import { equalBytes } from '../base/bytes.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { DigestKinds, OpenPiece } from './open-piece.ts'
import type { PieceRoots } from './piece-roots.ts'

/** What a piece must be hashed with to be verified: a hybrid one with both (BEP 52). A piece of nothing but padding has no v2 hash. */
export function digestsOf({ version }: Info, layout: PieceLayout, piece: number): DigestKinds {
  return { v1: version !== 'v2', v2: version !== 'v1' && layout.dataSize(piece) > 0 }
}

/**
 * Whether the bytes of a complete piece are right. BEP 52: a hybrid piece must match both of its hashes; where the v2 one is not known yet,
 * v1 decides.
 */
export function verifyPiece(info: Info, roots: PieceRoots, open: OpenPiece): boolean | Promise<boolean> {
  const leaves = open.leavesAside()
  if (!leaves) return verify(info, roots, open, () => open.sha1())
  // Both at once: that is one hop to another thread, not two.
  const sha1 = info.pieceHashes ? Promise.resolve(open.sha1()) : null
  return Promise.all([leaves, sha1]).then(([, digest]) => verify(info, roots, open, () => digest!))
}

function verify(
  { pieceHashes }: Info,
  roots: PieceRoots,
  open: OpenPiece,
  sha1: () => Uint8Array | Promise<Uint8Array>,
): boolean | Promise<boolean> {
  const byRoot = open.leaves ? roots.verify(open.piece, open.leaves) : true
  if (byRoot === false || !pieceHashes) return byRoot ?? false
  const expected = pieceHashes.subarray(20 * open.piece, 20 * open.piece + 20)
  const digest = sha1()
  return digest instanceof Promise
    ? digest.then(bytes => equalBytes(bytes, expected))
    : equalBytes(digest, expected)
}
