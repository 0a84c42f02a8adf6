import { Bitfield } from '../base/bitfield.ts'
import { equalBytes } from '../base/bytes.ts'
import {
  HASHES_PER_REQUEST,
  isValidRange,
  type LayerRange,
  nodeCount,
  nodeOver,
  sibling,
  uncleLevels,
} from './layer-range.ts'
import {
  HASH_BYTES,
  hashAt,
  layerAbove,
  layerRoot,
  merkleRoot,
  padHash,
  parentHash,
  treeHeight,
} from './merkle.ts'
import { BLOCK_BYTES } from './metainfo.ts'

/**
 * The known part of one file's merkle tree (BEP 52): at first only the root, later what peers prove
 * or the caller computes. Every stored node has been verified against the root. Levels count from
 * the leaves (0) to the root (`height`).
 */
export class FileHashTree {
  readonly piecesRoot: Uint8Array
  readonly pieceLengthBytes: number
  readonly blockCount: number
  readonly pieceCount: number
  /** Level of the root. */
  readonly height: number
  /** Level of the piece hashes; equal to `height` in a file of one piece. */
  readonly pieceLevel: number
  /**
   * The piece layer, possibly incomplete (see `#known`). Absent in files of one piece and while
   * nothing is known.
   */
  #layer: Uint8Array | undefined
  #known: Bitfield | undefined
  /** Layers above a complete piece layer, computed when a proof first needs them. */
  #above: Uint8Array[] | undefined
  /** All other verified nodes, by `nodeKey`. */
  readonly #nodes = new Map<number, Uint8Array>()

  constructor(piecesRoot: Uint8Array, lengthBytes: number, pieceLengthBytes: number) {
    this.piecesRoot = piecesRoot
    this.pieceLengthBytes = pieceLengthBytes
    this.blockCount = Math.ceil(lengthBytes / BLOCK_BYTES)
    this.pieceCount = Math.ceil(lengthBytes / pieceLengthBytes)
    this.height = treeHeight(this.blockCount)
    this.pieceLevel = Math.min(treeHeight(pieceLengthBytes / BLOCK_BYTES), this.height)
  }

  /** Blocks of a full piece, that is, leaves below one node of the piece layer. */
  get blocksPerPiece(): number {
    return 2 ** this.pieceLevel
  }

  /** Whether the hash of every piece is known. */
  get isComplete(): boolean {
    return this.pieceCount <= 1 || (this.#layer !== undefined && (this.#known?.isFull ?? true))
  }

  /**
   * The piece layer in `.torrent` form if it is complete and the file has more than one piece. A
   * view: do not change it.
   */
  get pieceLayer(): Uint8Array | undefined {
    return this.isComplete ? this.#layer : undefined
  }

  /**
   * Hash of the file's piece `index`: the root over its blocks, `pieceLevel` layers up. Undefined
   * while unknown.
   */
  pieceHash(index: number): Uint8Array | undefined {
    return index < this.pieceCount ? this.node(this.pieceLevel, index) : undefined
  }

  /**
   * Sets the complete piece layer and keeps the array, which must not change. Returns false and
   * changes nothing if it does not match the root.
   */
  setPieceLayer(layer: Uint8Array, options: { verified?: boolean } = {}): boolean {
    if (this.pieceCount <= 1 || layer.length !== this.pieceCount * HASH_BYTES) return false
    if (!options.verified && !equalBytes(layerRoot(layer, this.pieceLengthBytes), this.piecesRoot))
      return false
    this.#layer = layer
    this.#layerCompleted()
    return true
  }

  /** The node at `level` if it is known or can be computed from known nodes. */
  node(level: number, index: number): Uint8Array | undefined {
    if (level < 0 || level > this.height || index < 0 || index >= 2 ** (this.height - level)) return undefined
    if (level === this.height) return this.piecesRoot
    if (index >= this.#count(level)) return padHash(level)
    if (level === this.pieceLevel) return this.#layerNode(index)
    const stored = this.#nodes.get(nodeKey(level, index))
    if (stored) return stored
    if (level > this.pieceLevel) return this.isComplete ? this.#nodeAbove(level, index) : undefined
    return level > 0 && this.#nodes.size > 0 ? this.#fromChildren(level, index) : undefined
  }

  /**
   * Adds the block hashes of the file's piece `index`, computed from its data, to answer requests
   * for them. Returns false and keeps nothing if they do not match the piece hash or it is unknown.
   * `forgetBlocks` drops them again.
   */
  addBlocks(index: number, hashes: Uint8Array): boolean {
    const first = index * this.blocksPerPiece
    const count = Math.min(this.blocksPerPiece, this.blockCount - first)
    const expected = this.pieceHash(index)
    if (!expected || hashes.length !== count * HASH_BYTES) return false
    if (!equalBytes(merkleRoot(hashes, { height: this.pieceLevel }), expected)) return false
    this.#store(0, first, hashes, count)
    return true
  }

  /** Drops all nodes below the piece layer for the file's piece `index`. */
  forgetBlocks(index: number): void {
    for (let level = 0; level < this.pieceLevel; level++) {
      const width = 2 ** (this.pieceLevel - level)
      for (let i = 0; i < width; i++) this.#nodes.delete(nodeKey(level, index * width + i))
    }
  }

  /**
   * The hashes that answer a request: those of the base layer, then the uncles, lowest first.
   * Returns null if the request is invalid or some of the hashes are unknown; the answer is then a
   * `hash reject`.
   */
  hashesFor(range: LayerRange): Uint8Array | null {
    if (!this.#isValid(range)) return null
    const uncles = uncleLevels(range, this.height)
    const hashes = new Uint8Array((range.length + uncles.length) * HASH_BYTES)
    for (let i = 0; i < range.length; i++) {
      const node = this.node(range.baseLayer, range.index + i)
      if (!node) return null
      hashes.set(node, i * HASH_BYTES)
    }
    for (const [i, level] of uncles.entries()) {
      const node = this.node(level, sibling(nodeOver(range, level)))
      if (!node) return null
      hashes.set(node, (range.length + i) * HASH_BYTES)
    }
    return hashes
  }

  /**
   * Adds the hashes of a `hashes` message. Returns false and keeps nothing if they do not lead to a
   * known node, which is the root unless the request asked for fewer proof layers.
   */
  addHashes(range: LayerRange, hashes: Uint8Array): boolean {
    if (!this.#isValid(range)) return false
    const uncles = uncleLevels(range, this.height)
    if (hashes.length !== (range.length + uncles.length) * HASH_BYTES) return false
    const base = hashes.subarray(0, range.length * HASH_BYTES)
    if (!this.#padsAreRight(range, base)) return false
    const top = range.baseLayer + treeHeight(range.length)
    let node = merkleRoot(base, { level: range.baseLayer })
    // Nodes that the same proof verifies: each node on the way up, and each uncle.
    const proved: [level: number, index: number, hash: Uint8Array][] = []
    for (let level = top; ; level++) {
      const index = nodeOver(range, level)
      const known = this.node(level, index)
      if (known) {
        if (!equalBytes(known, node)) return false
        break
      }
      if (!uncles.includes(level)) return false
      const uncle = hashAt(hashes, range.length + level - top)
      proved.push([level, index, node], [level, sibling(index), uncle])
      node = index % 2 === 0 ? parentHash(node, uncle) : parentHash(uncle, node)
    }
    for (const [level, index, hash] of proved) this.#store(level, index, hash, 1)
    this.#store(range.baseLayer, range.index, base, range.length)
    return true
  }

  /**
   * Requests for the missing parts of the piece layer, each with its own proof. Empty if the layer
   * is complete.
   */
  missingRanges(): LayerRange[] {
    if (this.isComplete) return []
    const length = Math.min(HASHES_PER_REQUEST, 2 ** (this.height - this.pieceLevel))
    const ranges: LayerRange[] = []
    for (let index = 0; index < this.pieceCount; index += length) {
      const end = Math.min(index + length, this.pieceCount)
      for (let i = index; i < end; i++) {
        if (this.#known?.has(i)) continue
        ranges.push({ baseLayer: this.pieceLevel, index, length, proofLayers: this.#proofLayers(length) })
        break
      }
    }
    return ranges
  }

  /**
   * The request for all block hashes of the file's piece `index`, whose own hash must be known.
   * Null for pieces of one block.
   */
  blocksRange(index: number): LayerRange | null {
    if (this.pieceLevel === 0) return null
    return { baseLayer: 0, index: index * this.blocksPerPiece, length: this.blocksPerPiece, proofLayers: 0 }
  }

  /** Block hashes of the file's piece `index`, concatenated; null unless all are known. */
  blockHashes(index: number): Uint8Array | null {
    const first = index * this.blocksPerPiece
    const count = Math.min(this.blocksPerPiece, this.blockCount - first)
    const hashes = new Uint8Array(Math.max(0, count) * HASH_BYTES)
    for (let i = 0; i < count; i++) {
      const node = this.node(0, first + i)
      if (!node) return null
      hashes.set(node, i * HASH_BYTES)
    }
    return count > 0 ? hashes : null
  }

  #isValid(range: LayerRange): boolean {
    return isValidRange(range, this.blockCount, this.height)
  }

  /** Number of proof layers that lead from `length` hashes of the piece layer to the root. */
  #proofLayers(length: number): number {
    const top = this.pieceLevel + treeHeight(length)
    return top === this.height ? 0 : this.height - 1 - this.pieceLevel
  }

  /** Number of nodes of a level that cover part of the file. */
  #count(level: number): number {
    return nodeCount(this.blockCount, level)
  }

  #layerNode(index: number): Uint8Array | undefined {
    if (!this.#layer || (this.#known && !this.#known.has(index))) return undefined
    return hashAt(this.#layer, index)
  }

  #nodeAbove(level: number, index: number): Uint8Array {
    if (!this.#above) {
      this.#above = [this.#layer!]
      for (let next = this.pieceLevel; next < this.height - 1; next++) {
        this.#above.push(layerAbove(this.#above.at(-1)!, next))
      }
    }
    return hashAt(this.#above[level - this.pieceLevel]!, index)
  }

  #fromChildren(level: number, index: number): Uint8Array | undefined {
    const left = this.node(level - 1, 2 * index)
    const right = left && this.node(level - 1, 2 * index + 1)
    return right && parentHash(left, right)
  }

  /**
   * Hashes beyond the end of the file must be pads; otherwise one layer would have several
   * encodings.
   */
  #padsAreRight({ baseLayer, index, length }: LayerRange, base: Uint8Array): boolean {
    for (let i = Math.max(0, this.#count(baseLayer) - index); i < length; i++) {
      if (!equalBytes(hashAt(base, i), padHash(baseLayer))) return false
    }
    return true
  }

  /** Copies verified nodes into the tree unless they can be computed from others. */
  #store(level: number, index: number, hashes: Uint8Array, length: number): void {
    if (level === this.height || (level > this.pieceLevel && this.isComplete)) return
    const count = Math.min(length, this.#count(level) - index)
    for (let i = 0; i < count; i++) {
      const hash = hashAt(hashes, i)
      if (level === this.pieceLevel) this.#storePiece(index + i, hash)
      else this.#nodes.set(nodeKey(level, index + i), new Uint8Array(hash))
    }
  }

  #storePiece(index: number, hash: Uint8Array): void {
    if (this.isComplete) return
    this.#layer ??= new Uint8Array(this.pieceCount * HASH_BYTES)
    this.#known ??= new Bitfield(this.pieceCount)
    this.#layer.set(hash, index * HASH_BYTES)
    this.#known.set(index)
    if (this.#known.isFull) this.#layerCompleted()
  }

  /** Drops stored nodes above the piece layer, which can now be computed from it. */
  #layerCompleted(): void {
    this.#known = undefined
    this.#above = undefined
    for (const key of this.#nodes.keys()) if (key % LEVELS > this.pieceLevel) this.#nodes.delete(key)
  }
}

/** Levels a key has room for. A file of 2^53 bytes has 40. */
const LEVELS = 64

function nodeKey(level: number, index: number): number {
  return index * LEVELS + level
}
