import { equalBytes, hex } from '../base/bytes.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { HASH_BYTES, hashAt } from '../metainfo/merkle.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'
import type { PieceDigests } from './hash-pool.ts'

const SHA1_BYTES = 20

/** The digests that a torrent's pieces must have. */
export class ExpectedDigests {
  readonly #info: Info
  readonly #layout: PieceLayout
  readonly #pieceLayers: Metainfo['pieceLayers']
  /** The last file looked up and its layer: pieces are mostly looked up in order. */
  #file = -1
  #layer: Uint8Array | null = null

  /** `pieceLayers` are those of a Metainfo, verified against their roots. */
  constructor(info: Info, layout: PieceLayout, pieceLayers: Metainfo['pieceLayers']) {
    this.#info = info
    this.#layout = layout
    this.#pieceLayers = pieceLayers
  }

  /** 20 bytes; null for v2. */
  sha1(piece: number): Uint8Array | null {
    return this.#info.pieceHashes?.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES) ?? null
  }

  /**
   * The piece's node in its file's piece layer (BEP 52): 32 bytes. Null for v1 and while the layer
   * is unknown.
   */
  root(piece: number): Uint8Array | null {
    if (this.#info.version === 'v1') return null
    const file = this.#layout.fileAt(this.#layout.pieceOffset(piece))
    if (file < 0) return null
    if (file !== this.#file) {
      this.#file = file
      this.#layer = this.#layerFor(file)
    }
    const index = piece - this.#layout.piecesOf(file).first
    return this.#layer && this.#layer.length >= (index + 1) * HASH_BYTES ? hashAt(this.#layer, index) : null
  }

  /** Whether the piece can be verified with the hashes known so far. */
  isKnown(piece: number): boolean {
    return this.#info.pieceHashes !== undefined || this.root(piece) !== null
  }

  /**
   * Whether entry `index` of `digests` matches piece `piece`. BEP 52: pieces of a hybrid torrent
   * must match both hashes; while the piece layer is unknown, only the v1 hash is compared.
   */
  matches(piece: number, digests: PieceDigests, index: number): boolean {
    if (!digests.present.has(index)) return false
    const sha1 = this.sha1(piece)
    const root = this.root(piece)
    if (!sha1 && !root) return false
    if (sha1 && !(digests.sha1 && equalBytes(sha1, entry(digests.sha1, index, SHA1_BYTES)))) return false
    return !root || (digests.roots !== undefined && equalBytes(root, entry(digests.roots, index, HASH_BYTES)))
  }

  #layerFor(file: number): Uint8Array | null {
    const { piecesRoot, lengthBytes } = this.#layout.files[file]!
    if (!piecesRoot) return null
    // BEP 52: a file no longer than one piece has no layer; its root is the hash of its piece.
    if (lengthBytes <= this.#layout.pieceLengthBytes) return piecesRoot
    return this.#pieceLayers.get(hex(piecesRoot)) ?? null
  }
}

function entry(hashes: Uint8Array, index: number, size: number): Uint8Array {
  return hashes.subarray(index * size, (index + 1) * size)
}
