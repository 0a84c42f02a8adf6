import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '#crypto'
import { concat, hex } from '../base/bytes.ts'
import { blockHashes, HASH_BYTES, layerRoot, merkleRoot, padHash, pieceRoot, treeHeight } from './merkle.ts'
import { BLOCK_BYTES } from './metainfo.ts'

/** The definition in BEP 52, literally: a full tree whose leaves beyond the end are zero. */
function plainRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let layer = [...leaves]
  while (Math.log2(layer.length) % 1 !== 0) layer.push(new Uint8Array(HASH_BYTES))
  while (layer.length > 1) {
    layer = layer.flatMap((_, i) => (i % 2 === 0 ? [sha256(concat([layer[i]!, layer[i + 1]!]))] : []))
  }
  return layer[0]!
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(i, i >> 8)))

describe('merkle trees', () => {
  it('have the root that the definition gives', () => {
    for (let count = 1; count <= 70; count++) {
      const leaves = leavesOf(count)
      expect(hex(merkleRoot(concat(leaves)))).toBe(hex(plainRoot(leaves)))
    }
  })

  it('have the same root computed from leaves and from a piece layer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 80 }), (level, count) => {
        const pieceLength = BLOCK_BYTES * 2 ** level
        fc.pre(count > 2 ** level)
        const leaves = leavesOf(count)
        const layer: Uint8Array[] = []
        for (let at = 0; at < count; at += 2 ** level) {
          layer.push(pieceRoot(concat(leaves.slice(at, at + 2 ** level)), pieceLength))
        }
        expect(hex(layerRoot(concat(layer), pieceLength))).toBe(hex(plainRoot(leaves)))
      }),
    )
  })

  it('pad with trees of zero leaves', () => {
    expect(padHash(0)).toEqual(new Uint8Array(HASH_BYTES))
    expect(hex(padHash(3))).toBe(hex(plainRoot(Array(8).fill(new Uint8Array(HASH_BYTES)))))
  })

  it('hash blocks of 16 KiB and a shorter last one', () => {
    const bytes = new Uint8Array(BLOCK_BYTES + 1).fill(1)
    expect(hex(blockHashes(bytes))).toBe(
      hex(sha256(bytes.subarray(0, BLOCK_BYTES))) + hex(sha256(Uint8Array.of(1))),
    )
    expect(blockHashes(new Uint8Array(0))).toEqual(new Uint8Array(0))
  })

  it('reject truncated hashes', () => {
    expect(() => merkleRoot(new Uint8Array(0))).toThrow(expect.objectContaining({ code: 'bad-argument' }))
    expect(() => merkleRoot(new Uint8Array(33))).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  })

  it('compute their height', () => {
    expect([1, 2, 3, 4, 5, 2 ** 39, 2 ** 39 + 1].map(treeHeight)).toEqual([0, 1, 2, 2, 3, 39, 40])
  })
})
