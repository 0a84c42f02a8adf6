import { hex } from '../base/bytes.ts'
import { FileHashTree } from './hash-tree.ts'
import type { LayerRange } from './layer-range.ts'
import { PieceLayout } from './layout.ts'
import type { Info } from './metainfo.ts'

/** The expected hash of a piece of a v2 or hybrid torrent. */
export interface PieceExpectation {
  /** Root over the piece's blocks (BEP 52): 32 bytes. A view: do not change it. */
  readonly root: Uint8Array
  /**
   * Number of layers above the blocks: `merkleRoot(blockHashes(data), { height })` must equal
   * `root`.
   */
  readonly height: number
}

/**
 * The merkle trees of all files of a v2 or hybrid torrent, which give the expected hashes of its
 * pieces. They start with the piece layers of the `.torrent`, or with only the roots if the
 * metadata came from a peer; the rest is then requested from peers.
 */
export class TorrentHashes {
  readonly #layout: PieceLayout
  readonly #pieceLengthBytes: number
  readonly #known: ReadonlyMap<string, Uint8Array>
  /**
   * Trees by hex of the root; equal files share one. Created on first use, because most torrents of
   * a session only seed.
   */
  readonly #trees = new Map<string, FileHashTree>()

  constructor(info: Info, pieceLayers: ReadonlyMap<string, Uint8Array> = new Map(), layout?: PieceLayout) {
    this.#layout = layout ?? new PieceLayout(info)
    this.#pieceLengthBytes = info.pieceLengthBytes
    this.#known = pieceLayers
  }

  /**
   * The expected hash of the piece; undefined for v1 and while the file's piece layer is unknown.
   */
  expected(piece: number): PieceExpectation | undefined {
    const place = this.locate(piece)
    const root = place?.tree.pieceHash(place.index)
    return root && { root, height: place!.tree.pieceLevel }
  }

  /** The tree that the torrent's piece belongs to, and its index within the file. */
  locate(piece: number): { tree: FileHashTree; index: number } | undefined {
    const offset = this.#layout.pieceOffset(piece)
    const file = this.#layout.fileAt(offset)
    const tree = this.#fileTree(file)
    // BEP 52: every non-empty file begins a piece.
    return tree && { tree, index: (offset - this.#layout.files[file]!.offsetBytes) / this.#pieceLengthBytes }
  }

  /** The tree with this pieces root; undefined if no file has it. */
  tree(piecesRoot: Uint8Array): FileHashTree | undefined {
    const key = hex(piecesRoot)
    const known = this.#trees.get(key)
    return (
      known ??
      this.#fileTree(this.#layout.files.findIndex(file => file.piecesRoot && hex(file.piecesRoot) === key))
    )
  }

  /**
   * The hashes to request from peers before every piece can be verified. Empty if all are known,
   * and for v1.
   */
  missing(): { tree: FileHashTree; range: LayerRange }[] {
    return this.#allTrees().flatMap(tree => tree.missingRanges().map(range => ({ tree, range })))
  }

  /** All complete piece layers, in the form of `Metainfo.pieceLayers`. */
  pieceLayers(): Map<string, Uint8Array> {
    const layers = new Map<string, Uint8Array>()
    for (const tree of this.#allTrees()) {
      if (tree.pieceLayer) layers.set(hex(tree.piecesRoot), tree.pieceLayer)
    }
    return layers
  }

  #allTrees(): FileHashTree[] {
    const trees = this.#layout.files.map((_, file) => this.#fileTree(file)).filter(tree => tree !== undefined)
    return [...new Set(trees)]
  }

  #fileTree(file: number): FileHashTree | undefined {
    const entry = this.#layout.files[file]
    if (!entry?.piecesRoot) return undefined
    const key = hex(entry.piecesRoot)
    let tree = this.#trees.get(key)
    if (!tree) {
      tree = new FileHashTree(entry.piecesRoot, entry.lengthBytes, this.#pieceLengthBytes)
      const layer = this.#known.get(key)
      if (layer) tree.setPieceLayer(layer, { verified: true })
      this.#trees.set(key, tree)
    }
    return tree
  }
}
