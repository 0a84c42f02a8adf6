import { Bitfield } from '../../base/bitfield.ts'
import { equalBytes, fromHex } from '../../base/bytes.ts'
import type { FileHashTree } from '../../metainfo/hash-tree.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { HASH_BYTES, merkleRoot } from '../../metainfo/merkle.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import { TorrentHashes } from '../../metainfo/torrent-hashes.ts'

/**
 * The v2 hashes that pieces must match (BEP 52). A magnet link has no piece layers: they come from
 * peers or, for a hybrid torrent whose pieces verify by v1, from the pieces themselves once a file
 * is complete.
 */
export class PieceRoots {
  readonly hashes: TorrentHashes
  readonly #computed = new Map<FileHashTree, { layer: Uint8Array; filled: Bitfield }>()

  constructor(info: Info, layout: PieceLayout, layers: ReadonlyMap<string, Uint8Array>) {
    this.hashes = new TorrentHashes(info, layers, layout)
  }

  /** Whether the piece can be verified by v2. */
  knows(piece: number): boolean {
    return this.hashes.expected(piece) !== undefined
  }

  /** Uses a verified piece layer of a file, by hex of its root. */
  learn(root: string, layer: Uint8Array): void {
    this.hashes.tree(fromHex(root)!)?.setPieceLayer(layer, { verified: true })
  }

  /**
   * Whether block hashes (32 bytes each) lead to the piece's hash; null if that hash is unknown.
   */
  verify(piece: number, leaves: Uint8Array): boolean | null {
    const expected = this.hashes.expected(piece)
    if (expected) return equalBytes(merkleRoot(leaves, { height: expected.height }), expected.root)
    const place = this.hashes.locate(piece)
    if (place) this.#remember(place.tree, place.index, merkleRoot(leaves, { height: place.tree.pieceLevel }))
    return null
  }

  #remember(tree: FileHashTree, index: number, root: Uint8Array): void {
    let computed = this.#computed.get(tree)
    if (!computed) {
      computed = {
        layer: new Uint8Array(tree.pieceCount * HASH_BYTES),
        filled: new Bitfield(tree.pieceCount),
      }
      this.#computed.set(tree, computed)
    }
    computed.layer.set(root, index * HASH_BYTES)
    computed.filled.set(index)
    if (!computed.filled.isFull) return
    tree.setPieceLayer(computed.layer)
    this.#computed.delete(tree)
  }
}
