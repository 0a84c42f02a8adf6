import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '#crypto'
import { concat, hex } from '../base/bytes.ts'
import { seededRandom, shuffle } from '../base/random.ts'
import { FileHashTree } from './hash-tree.ts'
import { HASHES_PER_REQUEST, type LayerRange } from './layer-range.ts'
import { HASH_BYTES, merkleRoot, padHash, pieceRoot } from './merkle.ts'
import { BLOCK_BYTES } from './metainfo.ts'

/** A file of `blocks` blocks: its leaves, its piece layer and an empty tree. */
function fileOf(blocks: number, blocksPerPiece: number) {
  const leaves = concat(Array.from({ length: blocks }, (_, i) => sha256(Uint8Array.of(i, i >> 8, i >> 16))))
  const pieceLength = blocksPerPiece * BLOCK_BYTES
  const bytesOf = (piece: number) =>
    leaves.slice(piece * blocksPerPiece * HASH_BYTES, (piece + 1) * blocksPerPiece * HASH_BYTES)
  const pieces = Math.ceil(blocks / blocksPerPiece)
  const layer = concat(Array.from({ length: pieces }, (_, piece) => pieceRoot(bytesOf(piece), pieceLength)))
  const root = merkleRoot(leaves)
  const tree = () => new FileHashTree(root, (blocks - 1) * BLOCK_BYTES + 1, pieceLength)
  const full = tree()
  if (pieces > 1) expect(full.setPieceLayer(layer)).toBe(true)
  return { tree, full, layer, pieces, bytesOf, root }
}

describe('FileHashTree', () => {
  it('learns a piece layer from answers in any order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3000 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        (blocks, level, seed) => {
          const { tree, full, layer, pieces } = fileOf(blocks, 2 ** level)
          const learner = tree()
          const ranges = shuffle(learner.missingRanges(), seededRandom(seed))
          expect(ranges.length).toBe(pieces > 1 ? Math.ceil(pieces / HASHES_PER_REQUEST) : 0)
          for (const range of ranges) {
            expect(learner.isComplete).toBe(false)
            expect(learner.addHashes(range, full.hashesFor(range)!)).toBe(true)
          }
          expect(learner.isComplete).toBe(true)
          expect(learner.missingRanges()).toEqual([])
          if (pieces > 1) expect(learner.pieceLayer).toEqual(layer)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('rejects hashes that do not lead to the root and keeps none of them', () => {
    const { tree, full, pieces } = fileOf(2200, 2)
    const learner = tree()
    const [first, second] = learner.missingRanges() as [LayerRange, LayerRange]
    const answer = full.hashesFor(first)!
    for (const at of [0, 511 * HASH_BYTES, answer.length - 1]) {
      const wrong = answer.slice()
      wrong[at]! ^= 1
      expect(learner.addHashes(first, wrong)).toBe(false)
    }
    expect(learner.addHashes(first, answer.subarray(HASH_BYTES))).toBe(false)
    expect(learner.addHashes(second, answer)).toBe(false)
    for (let piece = 0; piece < pieces; piece++) expect(learner.pieceHash(piece)).toBeUndefined()
    expect(learner.addHashes(first, answer)).toBe(true)
    expect(learner.pieceHash(511)).toEqual(full.pieceHash(511))
    expect(learner.pieceHash(512)).toBeUndefined()
  })

  it('uses the root as the piece hash of a file with one piece', () => {
    const { full, root } = fileOf(3, 8)
    expect([full.isComplete, full.pieceLevel, full.pieceHash(0), full.pieceHash(1)]).toEqual([
      true,
      2,
      root,
      undefined,
    ])
    expect(full.setPieceLayer(root)).toBe(false)
  })

  it('accepts only the matching piece layer', () => {
    const { tree, layer } = fileOf(9, 2)
    const wrong = layer.slice()
    wrong[40]! ^= 1
    expect(tree().setPieceLayer(wrong)).toBe(false)
    expect(tree().setPieceLayer(layer.subarray(HASH_BYTES))).toBe(false)
  })

  it('serves block hashes once it knows them and rejects wrong ones', () => {
    const { full, bytesOf, tree } = fileOf(21, 4)
    const range: LayerRange = { baseLayer: 0, index: 8, length: 4, proofLayers: 4 }
    expect(full.hashesFor(range)).toBeNull()
    expect(full.addBlocks(2, bytesOf(3))).toBe(false)
    expect(full.addBlocks(2, bytesOf(2))).toBe(true)
    const answer = full.hashesFor(range)!
    expect(hex(answer.subarray(0, 4 * HASH_BYTES))).toBe(hex(bytesOf(2)))
    const learner = tree()
    expect(learner.addHashes({ ...range, index: 12 }, answer)).toBe(false)
    expect(learner.addHashes(range, answer)).toBe(true)
    expect(learner.blockHashes(2)).toEqual(bytesOf(2))
    expect(learner.pieceHash(2)).toEqual(full.pieceHash(2))
    full.forgetBlocks(2)
    expect(full.hashesFor(range)).toBeNull()
    expect(full.blockHashes(2)).toBeNull()
  })

  it('proves part of a piece with hashes inside it', () => {
    const { full, bytesOf, tree } = fileOf(30, 8)
    full.addBlocks(1, bytesOf(1))
    const range: LayerRange = { baseLayer: 0, index: 10, length: 2, proofLayers: 2 }
    const answer = full.hashesFor(range)!
    expect(answer.length).toBe((2 + 2) * HASH_BYTES)
    expect(tree().addHashes(range, answer)).toBe(false)
    const learner = tree()
    learner.setPieceLayer(full.pieceLayer!)
    expect(learner.addHashes(range, answer)).toBe(true)
    expect(learner.node(0, 11)).toEqual(bytesOf(1).subarray(3 * HASH_BYTES, 4 * HASH_BYTES))
  })

  it('requests the blocks of a known piece without proof and includes pads in the last piece', () => {
    const { full, bytesOf, tree } = fileOf(21, 4)
    const range = full.blocksRange(5)!
    expect(range).toEqual({ baseLayer: 0, index: 20, length: 4, proofLayers: 0 })
    full.addBlocks(5, bytesOf(5))
    const learner = tree()
    learner.setPieceLayer(full.pieceLayer!)
    expect(learner.addHashes(range, full.hashesFor(range)!)).toBe(true)
    expect(learner.blockHashes(5)).toEqual(bytesOf(5))
    const unpadded = concat([bytesOf(5), bytesOf(5), padHash(0), padHash(0)])
    expect(learner.addHashes(range, unpadded)).toBe(false)
    expect(fileOf(5, 1).full.blocksRange(0)).toBeNull()
  })

  it('rejects requests that BEP 52 does not allow', () => {
    const { full } = fileOf(2200, 2)
    const good: LayerRange = { baseLayer: 1, index: 512, length: 512, proofLayers: 9 }
    expect(full.hashesFor(good)).not.toBeNull()
    expect(full.hashesFor({ ...good, index: 1088, length: 12 })).not.toBeNull()
    for (const change of [
      { index: 256 },
      { index: -512 },
      { index: 2048 },
      { index: 2 ** 32 - 512 },
      { length: 0 },
      { length: 500 },
      { length: 2 ** 31 },
      { baseLayer: 13 },
      { baseLayer: -1 },
      { baseLayer: 0.5 },
      { proofLayers: -1 },
      { proofLayers: Number.NaN },
    ]) {
      expect(full.hashesFor({ ...good, ...change })).toBeNull()
    }
  })

  it('survives arbitrary messages without accepting them', () => {
    const { full, tree } = fileOf(300, 2)
    const part = fc.oneof(
      fc.integer({ min: -1, max: 12 }),
      fc.nat(2 ** 32 - 1),
      fc.constantFrom(2, 4, 64, 128, 256),
    )
    fc.assert(
      fc.property(
        fc.record({ baseLayer: part, index: part, length: part, proofLayers: part }),
        fc.nat(40),
        (range, count) => {
          full.hashesFor(range)
          const learner = tree()
          const believed = learner.addHashes(range, new Uint8Array(count * HASH_BYTES))
          // Hashes beyond the end of the file really are zeros.
          if (believed) expect(range.index * 2 ** range.baseLayer).toBeGreaterThanOrEqual(300)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
