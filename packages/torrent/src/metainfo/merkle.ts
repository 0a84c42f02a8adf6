import { sha256 } from '#crypto'
import { ShoalError } from '../base/errors.ts'
import { BLOCK_BYTES } from './metainfo.ts'

/** Bytes of a node of a BEP 52 tree: SHA-256. */
export const HASH_BYTES = 32

/**
 * Roots of subtrees of each height whose leaves all lie beyond the end of the file. BEP 52: such
 * leaves are zero.
 */
const padHashes: Uint8Array[] = [new Uint8Array(HASH_BYTES)]

/**
 * Value of a node `level` layers above the leaves if all of its leaves lie beyond the end of the
 * file. Shared: do not change it.
 */
export function padHash(level: number): Uint8Array {
  for (let next = padHashes.length; next <= level; next++) {
    const child = padHashes[next - 1]!
    padHashes.push(parentHash(child, child))
  }
  return padHashes[level]!
}

const pair = new Uint8Array(2 * HASH_BYTES)

/** Hash of two sibling nodes. */
export function parentHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left)
  pair.set(right, HASH_BYTES)
  return sha256(pair)
}

/** Node `index` of a layer of concatenated hashes, as a view. */
export function hashAt(layer: Uint8Array, index: number): Uint8Array {
  return layer.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
}

/** Height of the root above a layer of `count` hashes: the smallest `n` with `2^n >= count`. */
export function treeHeight(count: number): number {
  let height = 0
  while (2 ** height < count) height++
  return height
}

/**
 * The layer above `layer`, whose nodes are `level` layers above the leaves. A last node without a
 * sibling is paired with a pad.
 */
export function layerAbove(layer: Uint8Array, level: number): Uint8Array {
  const count = layer.length / HASH_BYTES
  const above = new Uint8Array(Math.ceil(count / 2) * HASH_BYTES)
  for (let i = 0; i < count; i += 2) {
    const right = i + 1 < count ? hashAt(layer, i + 1) : padHash(level)
    above.set(parentHash(hashAt(layer, i), right), (i / 2) * HASH_BYTES)
  }
  return above
}

/**
 * Root of the tree over `layer`, the concatenated hashes of nodes `level` layers above the leaves
 * (default 0: leaves). The tree is as high as `layer` requires, or `height` layers if given;
 * missing nodes are pads.
 */
export function merkleRoot(layer: Uint8Array, options: { level?: number; height?: number } = {}): Uint8Array {
  const count = layer.length / HASH_BYTES
  if (count === 0 || !Number.isInteger(count)) {
    throw new ShoalError(
      'bad-argument',
      `A merkle tree needs whole hashes of 32 bytes, not ${layer.length} bytes`,
    )
  }
  const { level = 0, height = treeHeight(count) } = options
  let nodes = layer
  for (let i = 0; i < height; i++) nodes = layerAbove(nodes, level + i)
  return nodes.slice(0, HASH_BYTES)
}

/** Level of the piece layer, counted from the leaves (BEP 52, "piece layers"). */
export function pieceLevel(pieceLengthBytes: number): number {
  return treeHeight(pieceLengthBytes / BLOCK_BYTES)
}

/**
 * Concatenated leaf hashes of `bytes`, which begin at a block boundary. The last block may be
 * short.
 */
export function blockHashes(bytes: Uint8Array): Uint8Array {
  const hashes = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * HASH_BYTES)
  for (let at = 0, out = 0; at < bytes.length; at += BLOCK_BYTES, out += HASH_BYTES) {
    hashes.set(sha256(bytes.subarray(at, at + BLOCK_BYTES)), out)
  }
  return hashes
}

/**
 * Hash of one piece in the piece layer, from its block hashes, of which the last piece of a file
 * may have fewer. A file of one piece has no piece layer: its root is the `merkleRoot` of its
 * blocks.
 */
export function pieceRoot(blocks: Uint8Array, pieceLengthBytes: number): Uint8Array {
  return merkleRoot(blocks, { height: pieceLevel(pieceLengthBytes) })
}

/**
 * Root of a file from its piece layer: one hash per piece, without pads beyond the end (BEP 52,
 * "piece layers").
 */
export function layerRoot(pieceLayer: Uint8Array, pieceLengthBytes: number): Uint8Array {
  return merkleRoot(pieceLayer, { level: pieceLevel(pieceLengthBytes) })
}
