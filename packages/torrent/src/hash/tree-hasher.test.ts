import fc from 'fast-check'
import { expect, it } from 'vitest'
import { concat } from '../base/bytes.ts'
import { blockHashes, merkleRoot, treeHeight } from '../metainfo/merkle.ts'
import { TreeHasher } from './tree-hasher.ts'

it('computes the same root as merkleRoot for any number of leaves and any width', () => {
  const tree = new TreeHasher()
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 4 }), (count, wider) => {
      const blocks = Array.from({ length: count }, (_, i) => Uint8Array.of(i, count))
      const height = treeHeight(count) + wider
      for (const block of blocks) tree.addLeaf(block)
      const into = new Uint8Array(40)
      tree.root(2 ** height, into, 5)
      const leaves = concat(blocks.map(block => blockHashes(block)))
      expect(into.subarray(5, 37)).toEqual(merkleRoot(leaves, { height }))
    }),
  )
})

it('discards unfinished leaves on reset', () => {
  const tree = new TreeHasher()
  const [fresh, reset] = [new Uint8Array(32), new Uint8Array(32)]
  tree.addLeaf(Uint8Array.of(1))
  tree.root(1, fresh, 0)
  for (let i = 0; i < 5; i++) tree.addLeaf(Uint8Array.of(i))
  tree.reset()
  tree.addLeaf(Uint8Array.of(1))
  tree.root(1, reset, 0)
  expect(reset).toEqual(fresh)
})
