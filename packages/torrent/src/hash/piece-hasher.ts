import { createHasher } from '#crypto'
import type { Hasher } from '../base/hasher.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { TreeHasher } from './tree-hasher.ts'

/** Which parts of a piece are hashed. */
export interface PieceShape {
  /** Bytes covered by SHA-1: the v1 piece including padding. */
  readonly sizeBytes: number
  /** Bytes covered by the merkle tree: up to the last byte that is not padding. */
  readonly dataBytes: number
  /** Leaves of the merkle tree: a power of two. */
  readonly leaves: number
}

const zeros = new Uint8Array(65536)

/** Hashes pieces one after another from chunks of any size. */
export class PieceHasher {
  readonly #tree: TreeHasher | null
  readonly #withSha1: boolean
  #sha1: Hasher | null = null
  #shape: PieceShape = { sizeBytes: 0, dataBytes: 0, leaves: 0 }
  #hashedBytes = 0
  /** The beginning of an incomplete leaf. */
  #partLeaf: Uint8Array | null = null
  #partBytes = 0

  constructor(withSha1: boolean, withTree: boolean) {
    this.#withSha1 = withSha1
    this.#tree = withTree ? new TreeHasher() : null
  }

  /** Begins a piece and discards the previous one. */
  begin(shape: PieceShape): void {
    this.#shape = shape
    this.#hashedBytes = 0
    this.#partBytes = 0
    this.#tree?.reset()
    if (this.#withSha1) this.#sha1 = createHasher('sha1')
  }

  /** Adds the piece's next bytes, `sizeBytes` in total. */
  update(bytes: Uint8Array): void {
    this.#sha1?.update(bytes)
    const dataLeft = this.#shape.dataBytes - this.#hashedBytes
    if (this.#tree && dataLeft > 0)
      this.#addToTree(bytes.length > dataLeft ? bytes.subarray(0, dataLeft) : bytes)
    this.#hashedBytes += bytes.length
  }

  /** Adds `count` zeros. */
  updateZeros(count: number): void {
    for (let left = count; left > 0; left -= zeros.length)
      this.update(left < zeros.length ? zeros.subarray(0, left) : zeros)
  }

  /**
   * Finishes the piece and writes its digests to entry `index` of `sha1` (20 bytes each) and
   * `roots` (32 bytes each).
   */
  finish(index: number, sha1: Uint8Array | null, roots: Uint8Array | null): void {
    if (this.#sha1) sha1?.set(this.#sha1.digest(), index * 20)
    this.#sha1 = null
    if (!this.#tree || !roots || this.#shape.dataBytes === 0) return
    if (this.#partLeaf && this.#partBytes > 0) this.#tree.addLeaf(this.#partLeaf.subarray(0, this.#partBytes))
    this.#partBytes = 0
    this.#tree.root(this.#shape.leaves, roots, index * 32)
  }

  #addToTree(bytes: Uint8Array): void {
    const tree = this.#tree as TreeHasher
    let at = this.#partBytes > 0 ? this.#completePart(bytes) : 0
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES)
      tree.addLeaf(bytes.subarray(at, at + BLOCK_BYTES))
    if (at < bytes.length) this.#keepPart(bytes.subarray(at))
  }

  /** Fills up the incomplete leaf; returns how many of `bytes` it took. */
  #completePart(bytes: Uint8Array): number {
    const count = Math.min(BLOCK_BYTES - this.#partBytes, bytes.length)
    this.#keepPart(bytes.subarray(0, count))
    if (this.#partBytes === BLOCK_BYTES) {
      this.#tree?.addLeaf(this.#partLeaf as Uint8Array)
      this.#partBytes = 0
    }
    return count
  }

  #keepPart(bytes: Uint8Array): void {
    this.#partLeaf ??= new Uint8Array(BLOCK_BYTES)
    this.#partLeaf.set(bytes, this.#partBytes)
    this.#partBytes += bytes.length
  }
}
