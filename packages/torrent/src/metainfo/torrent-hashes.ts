import { hex } from '../base/bytes.ts'
import type { HashRange } from './hash-range.ts'
import { FileHashTree } from './hash-tree.ts'
import { PieceLayout } from './layout.ts'
import type { Info } from './metainfo.ts'

/** What a piece of a v2 or hybrid torrent must hash to. */
export interface PieceExpectation {
  /** Root of the piece's blocks (BEP 52): 32 bytes. A view: do not change it. */
  readonly root: Uint8Array
  /** How many layers above the blocks it is: `merkleRoot(blockHashes(data), { height })` must be `root`. */
  readonly height: number
}

/**
 * The merkle trees of all files of a v2 or hybrid torrent: what its pieces must hash to, as far as it is known. Starts with the piece layers
 * of the `.torrent`, or with the roots alone when the metadata came from a peer; the rest is then asked of peers.
 */
export class TorrentHashes {
  readonly #layout: PieceLayout
  readonly #pieceLengthBytes: number
  readonly #known: ReadonlyMap<string, Uint8Array>
  /** Trees in use, by hex of the root. Equal files share one. Made when first asked for: most torrents of a session only seed. */
  readonly #trees = new Map<string, FileHashTree>()

  constructor(info: Info, pieceLayers: ReadonlyMap<string, Uint8Array> = new Map(), layout?: PieceLayout) {
    this.#layout = layout ?? new PieceLayout(info)
    this.#pieceLengthBytes = info.pieceLengthBytes
    this.#known = pieceLayers
  }

  /** What the torrent's piece must hash to; undefined while its file's piece layer is not known, or for v1. */
  expected(piece: number): PieceExpectation | undefined {
    const place = this.locate(piece)
    const root = place?.tree.pieceHash(place.index)
    return root && { root, height: place!.tree.pieceLevel }
  }

  /** The tree that the torrent's piece belongs to, and which of its file's pieces it is. */
  locate(piece: number): { tree: FileHashTree; index: number } | undefined {
    const offset = this.#layout.pieceOffset(piece)
    const file = this.#layout.fileAt(offset)
    const tree = this.#treeOf(file)
    // BEP 52: every file that is not empty begins a piece.
    return tree && { tree, index: (offset - this.#layout.files[file]!.offsetBytes) / this.#pieceLengthBytes }
  }

  /** The tree of a pieces root that a peer names; undefined when no file has it. */
  tree(piecesRoot: Uint8Array): FileHashTree | undefined {
    const key = hex(piecesRoot)
    const known = this.#trees.get(key)
    return (
      known ??
      this.#treeOf(this.#layout.files.findIndex(file => file.piecesRoot && hex(file.piecesRoot) === key))
    )
  }

  /** What is to be asked of peers before every piece can be checked. Empty when all is known, and for v1. */
  missing(): { tree: FileHashTree; range: HashRange }[] {
    return this.#allTrees().flatMap(tree => tree.missingRanges().map(range => ({ tree, range })))
  }

  /** All complete piece layers, as `Metainfo.pieceLayers` has them. */
  pieceLayers(): Map<string, Uint8Array> {
    const layers = new Map<string, Uint8Array>()
    for (const tree of this.#allTrees()) {
      if (tree.pieceLayer) layers.set(hex(tree.piecesRoot), tree.pieceLayer)
    }
    return layers
  }

  #allTrees(): FileHashTree[] {
    const trees = this.#layout.files.map((_, file) => this.#treeOf(file)).filter(tree => tree !== undefined)
    return [...new Set(trees)]
  }

  #treeOf(file: number): FileHashTree | undefined {
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
