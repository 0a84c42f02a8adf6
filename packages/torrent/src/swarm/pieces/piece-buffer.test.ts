import { expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { PieceBuffer } from './piece-buffer.ts'

/**
 * The digest covers the piece and nothing after it, wherever its last block ends and in whatever
 * order the blocks arrive.
 */
it.each([
  ...[1, 3, 4, 5, 8].flatMap(blocks => [
    [(blocks - 1) * BLOCK_BYTES + 1, false] as const,
    [blocks * BLOCK_BYTES, false] as const,
    [(blocks - 1) * BLOCK_BYTES + 777, true] as const,
  ]),
])('SHA-1 of a piece of %i bytes, received backwards: %o', async (size, backwards) => {
  const file = {
    path: ['f'],
    lengthBytes: size,
    offsetBytes: 0,
    pad: false,
    executable: false,
    hidden: false,
  }
  const layout = new PieceLayout({ files: [file], pieceLengthBytes: 8 * BLOCK_BYTES, version: 'v1' })
  // Buffers are reused: the bytes after the piece belong to another one.
  const open = new PieceBuffer(0, layout, new Uint8Array(8 * BLOCK_BYTES).fill(9), { v1: true, v2: false })
  const blocks = Array.from({ length: layout.blockCount(0) }, (_, block) => block)
  for (const block of backwards ? blocks.reverse() : blocks) {
    expect(open.claim(block, open)).toBe(true)
    open.block(block).fill(block + 1)
    open.filled(block)
  }
  expect(open.isComplete).toBe(true)
  expect(await open.sha1()).toEqual(sha1(open.bytes.subarray(0, size)))
})

it('a block belongs to its last claimant until it arrives', () => {
  const file = {
    path: ['f'],
    lengthBytes: BLOCK_BYTES,
    offsetBytes: 0,
    pad: false,
    executable: false,
    hidden: false,
  }
  const layout = new PieceLayout({ files: [file], pieceLengthBytes: BLOCK_BYTES, version: 'v1' })
  const open = new PieceBuffer(0, layout, new Uint8Array(BLOCK_BYTES), { v1: true, v2: false })
  const [slow, fast] = [{}, {}]
  expect(open.claim(0, slow)).toBe(true)
  expect(open.claim(0, fast)).toBe(true)
  expect(open.isClaimedBy(0, slow)).toBe(false)
  open.unclaim(0, slow)
  expect(open.isClaimedBy(0, fast)).toBe(true)
  open.filled(0)
  expect(open.isClaimedBy(0, fast)).toBe(false)
  expect(open.claim(0, slow)).toBe(false)
})
