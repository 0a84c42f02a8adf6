import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { seededRandom } from '../base/random.ts'
import { blockHashes, merkleRoot, treeHeight } from '../metainfo/merkle.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { PieceHasher } from './piece-hasher.ts'

const { bytes: randomBytes } = seededRandom(1)

it('gives the same digests for any division into chunks', () => {
  const hasher = new PieceHasher(true, true)
  const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 100_000 }), (chunks, padBytes) => {
      const dataBytes = chunks.reduce((sum, size) => sum + size, 0)
      const data = randomBytes(dataBytes)
      const leaves = 2 ** treeHeight(Math.ceil(dataBytes / BLOCK_BYTES))
      hasher.begin({ sizeBytes: dataBytes + padBytes, dataBytes, leaves })
      for (let i = 0, at = 0; i < chunks.length; at += chunks[i]!, i++)
        hasher.update(data.subarray(at, at + chunks[i]!))
      hasher.updateZeros(padBytes)
      const [digests, roots] = [new Uint8Array(40), new Uint8Array(64)]
      hasher.finish(1, digests, roots)

      const padded = new Uint8Array(dataBytes + padBytes)
      padded.set(data)
      expect(digests.subarray(20)).toEqual(new Uint8Array(sha1(padded)))
      expect(roots.subarray(32)).toEqual(merkleRoot(blockHashes(data)))
    }),
    { numRuns: 40 },
  )
})

it('excludes padding from the tree if data and padding share a chunk', () => {
  const hasher = new PieceHasher(false, true)
  hasher.begin({ sizeBytes: 50_000, dataBytes: 20_000, leaves: 4 })
  hasher.update(new Uint8Array(50_000))
  const roots = new Uint8Array(32)
  hasher.finish(0, null, roots)
  expect(roots).toEqual(merkleRoot(blockHashes(new Uint8Array(20_000)), { height: 2 }))
})

it('starts afresh after an unfinished piece', () => {
  const hasher = new PieceHasher(true, true)
  hasher.begin({ sizeBytes: 100_000, dataBytes: 100_000, leaves: 8 })
  hasher.update(randomBytes(30_000))
  hasher.begin({ sizeBytes: 3, dataBytes: 3, leaves: 1 })
  hasher.update(Uint8Array.of(1, 2, 3))
  const [digest, root] = [new Uint8Array(20), new Uint8Array(32)]
  hasher.finish(0, digest, root)
  expect(digest).toEqual(new Uint8Array(sha1(Uint8Array.of(1, 2, 3))))
  expect(root).toEqual(blockHashes(Uint8Array.of(1, 2, 3)))
})
