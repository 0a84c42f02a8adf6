import { equalBytes, hex } from '../base/bytes.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { HASH_BYTES, hashAt } from '../metainfo/merkle.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'
import type { PieceDigests } from './hash-pool.ts'

const SHA1_BYTES = 20

/** What a torrent says the digests of its pieces are. */
export class ExpectedDigests {
  readonly #info: Info
  readonly #layout: PieceLayout
  readonly #pieceLayers: Metainfo['pieceLayers']
  /** The file that was asked for last, and its layer: pieces are mostly asked for in order. */
  #file = -1
  #layer: Uint8Array | null = null

  /** `pieceLayers` as a Metainfo has them, checked against their roots. */
  constructor(info: Info, layout: PieceLayout, pieceLayers: Metainfo['pieceLayers']) {
    this.#info = info
    this.#layout = layout
    this.#pieceLayers = pieceLayers
  }

  /** 20 bytes; null for v2. */
  sha1(piece: number): Uint8Array | null {
    return this.#info.pieceHashes?.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES) ?? null
  }

  /** The piece's node in its file's piece layer (BEP 52): 32 bytes. Null for v1, and while the layer is not known. */
  root(piece: number): Uint8Array | null {
    if (this.#info.version === 'v1') return null
    const file = this.#layout.fileAt(this.#layout.pieceOffset(piece))
    if (file < 0) return null
    if (file !== this.#file) {
      this.#file = file
      this.#layer = this.#layerOf(file)
    }
    const index = piece - this.#layout.piecesOf(file).first
    return this.#layer && this.#layer.length >= (index + 1) * HASH_BYTES ? hashAt(this.#layer, index) : null
  }

  /** Whether the torrent as it is known says what the piece has to be. */
  isKnown(piece: number): boolean {
    return this.#info.pieceHashes !== undefined || this.root(piece) !== null
  }

  /**
   * Whether entry `index` of `digests` is what piece `piece` should be. BEP 52: pieces of a hybrid torrent must match both of their
   * hashes; one whose layer is not known is checked as v1 alone would.
   */
  matches(piece: number, digests: PieceDigests, index: number): boolean {
    if (!digests.present.has(index)) return false
    const sha1 = this.sha1(piece)
    const root = this.root(piece)
    if (!sha1 && !root) return false
    if (sha1 && !(digests.sha1 && equalBytes(sha1, entry(digests.sha1, index, SHA1_BYTES)))) return false
    return !root || (digests.roots !== undefined && equalBytes(root, entry(digests.roots, index, HASH_BYTES)))
  }

  #layerOf(file: number): Uint8Array | null {
    const { piecesRoot, lengthBytes } = this.#layout.files[file]!
    if (!piecesRoot) return null
    // BEP 52: a file that is not longer than a piece has no layer; its root is the hash of its piece.
    if (lengthBytes <= this.#layout.pieceLengthBytes) return piecesRoot
    return this.#pieceLayers.get(hex(piecesRoot)) ?? null
  }
}

function entry(hashes: Uint8Array, index: number, size: number): Uint8Array {
  return hashes.subarray(index * size, (index + 1) * size)
}
