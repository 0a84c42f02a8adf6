import { Bitfield } from '../base/bitfield.ts'
import { equalBytes } from '../base/bytes.ts'
import {
  HASHES_PER_REQUEST,
  type HashRange,
  isValidRange,
  nodeCount,
  nodeOver,
  siblingOf,
  uncleLevels,
} from './hash-range.ts'
import {
  HASH_BYTES,
  hashAt,
  heightOf,
  layerAbove,
  layerRoot,
  merkleRoot,
  padHash,
  parentHash,
} from './merkle.ts'
import { BLOCK_BYTES } from './metainfo.ts'

/**
 * The merkle tree of one file (BEP 52) as far as it is known: its root at first, then whatever peers prove or the caller computes. Holds
 * nothing that is not verified against the root. Levels count from the leaves, 0, to the root, `height`.
 */
export class FileHashTree {
  readonly piecesRoot: Uint8Array
  readonly pieceLengthBytes: number
  readonly blockCount: number
  readonly pieceCount: number
  /** Level of the root. */
  readonly height: number
  /** Level of the hashes of pieces; that of the root in a file of one piece. */
  readonly pieceLevel: number
  /** The piece layer as far as it is known; absent until some of it is, and in files of one piece. */
  #layer: Uint8Array | undefined
  #known: Bitfield | undefined
  /** Layers above a complete piece layer, when a proof has needed them. */
  #above: Uint8Array[] | undefined
  /** All other verified nodes, by `nodeKey`. */
  readonly #nodes = new Map<number, Uint8Array>()

  constructor(piecesRoot: Uint8Array, lengthBytes: number, pieceLengthBytes: number) {
    this.piecesRoot = piecesRoot
    this.pieceLengthBytes = pieceLengthBytes
    this.blockCount = Math.ceil(lengthBytes / BLOCK_BYTES)
    this.pieceCount = Math.ceil(lengthBytes / pieceLengthBytes)
    this.height = heightOf(this.blockCount)
    this.pieceLevel = Math.min(heightOf(pieceLengthBytes / BLOCK_BYTES), this.height)
  }

  /** Blocks of a full piece of this file, the leaves below one node of the piece layer. */
  get blocksPerPiece(): number {
    return 2 ** this.pieceLevel
  }

  /** Whether the hash of every piece is known. */
  get isComplete(): boolean {
    return this.pieceCount <= 1 || (this.#layer !== undefined && (this.#known?.isFull ?? true))
  }

  /** The piece layer as a `.torrent` has it, when it is complete and the file has more than one piece. A view. */
  get pieceLayer(): Uint8Array | undefined {
    return this.isComplete ? this.#layer : undefined
  }

  /** Root of the blocks of the file's piece `index`, in a tree of height `pieceLevel`; undefined while unknown. */
  pieceHash(index: number): Uint8Array | undefined {
    return index < this.pieceCount ? this.node(this.pieceLevel, index) : undefined
  }

  /** Takes a whole piece layer; false, and nothing changed, when it is not this file's. Keeps the array, so it must not change. */
  setPieceLayer(layer: Uint8Array, options: { verified?: boolean } = {}): boolean {
    if (this.pieceCount <= 1 || layer.length !== this.pieceCount * HASH_BYTES) return false
    if (!options.verified && !equalBytes(layerRoot(layer, this.pieceLengthBytes), this.piecesRoot))
      return false
    this.#layer = layer
    this.#layerCompleted()
    return true
  }

  /** The node at `level`, when it is known or follows from what is. */
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
   * Takes the hashes of blocks of the file's piece `index`, computed from its data. False, and nothing kept, when they are not what the
   * piece's hash says or that is unknown. Needed to answer requests for block hashes; forget them with `forgetBlocks`.
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

  /** Forgets everything below the piece layer for the file's piece `index`. */
  forgetBlocks(index: number): void {
    for (let level = 0; level < this.pieceLevel; level++) {
      const width = 2 ** (this.pieceLevel - level)
      for (let i = 0; i < width; i++) this.#nodes.delete(nodeKey(level, index * width + i))
    }
  }

  /**
   * The hashes that answer a request: those of the base layer, then the uncles from the lowest up. Null when the request is not valid or
   * not all of it is known: the answer is then a `hash reject`.
   */
  hashesFor(range: HashRange): Uint8Array | null {
    if (!this.#isValid(range)) return null
    const uncles = uncleLevels(range, this.height)
    const hashes = new Uint8Array((range.length + uncles.length) * HASH_BYTES)
    for (let i = 0; i < range.length; i++) {
      const node = this.node(range.baseLayer, range.index + i)
      if (!node) return null
      hashes.set(node, i * HASH_BYTES)
    }
    for (const [i, level] of uncles.entries()) {
      const node = this.node(level, siblingOf(nodeOver(range, level)))
      if (!node) return null
      hashes.set(node, (range.length + i) * HASH_BYTES)
    }
    return hashes
  }

  /**
   * Takes a `hashes` message. False, and nothing kept, when the hashes do not lead to a node that is known already: the root, unless the
   * request asked for fewer proof layers.
   */
  addHashes(range: HashRange, hashes: Uint8Array): boolean {
    if (!this.#isValid(range)) return false
    const uncles = uncleLevels(range, this.height)
    if (hashes.length !== (range.length + uncles.length) * HASH_BYTES) return false
    const base = hashes.subarray(0, range.length * HASH_BYTES)
    if (!this.#padsAreRight(range, base)) return false
    const top = range.baseLayer + heightOf(range.length)
    let node = merkleRoot(base, { level: range.baseLayer })
    // What is proved with it: each node on the way up, and each uncle.
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
      proved.push([level, index, node], [level, siblingOf(index), uncle])
      node = index % 2 === 0 ? parentHash(node, uncle) : parentHash(uncle, node)
    }
    for (const [level, index, hash] of proved) this.#store(level, index, hash, 1)
    this.#store(range.baseLayer, range.index, base, range.length)
    return true
  }

  /** Requests for what is missing of the piece layer, each provable by itself. Empty when it is complete. */
  missingRanges(): HashRange[] {
    if (this.isComplete) return []
    const length = Math.min(HASHES_PER_REQUEST, 2 ** (this.height - this.pieceLevel))
    const ranges: HashRange[] = []
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

  /** The request for the hashes of all blocks of the file's piece `index`, whose own hash must be known. Null for pieces of one block. */
  blocksRange(index: number): HashRange | null {
    if (this.pieceLevel === 0) return null
    return { baseLayer: 0, index: index * this.blocksPerPiece, length: this.blocksPerPiece, proofLayers: 0 }
  }

  /** Hashes of the blocks of the file's piece `index`, when all are known. */
  blocksOf(index: number): Uint8Array | null {
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

  #isValid(range: HashRange): boolean {
    return isValidRange(range, this.blockCount, this.height)
  }

  /** Proof layers that bring `length` hashes of the piece layer up to the root. */
  #proofLayers(length: number): number {
    const top = this.pieceLevel + heightOf(length)
    return top === this.height ? 0 : this.height - 1 - this.pieceLevel
  }

  /** Nodes of a level that cover any of the file. */
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

  /** Hashes beyond the end of the file must be pads, or the same layer could be told in two ways. */
  #padsAreRight({ baseLayer, index, length }: HashRange, base: Uint8Array): boolean {
    for (let i = Math.max(0, this.#count(baseLayer) - index); i < length; i++) {
      if (!equalBytes(hashAt(base, i), padHash(baseLayer))) return false
    }
    return true
  }

  /** Keeps verified nodes, copied, where nothing else gives them. */
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

  /** Everything above the piece layer follows from it now. */
  #layerCompleted(): void {
    this.#known = undefined
    this.#above = undefined
    for (const key of this.#nodes.keys()) if (key % LEVELS > this.pieceLevel) this.#nodes.delete(key)
  }
}

/** Levels that a key has room for: a file of 2^53 bytes has 40. */
const LEVELS = 64

function nodeKey(level: number, index: number): number {
  return index * LEVELS + level
}
