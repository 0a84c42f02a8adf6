import { expect, it } from 'vitest'
import { blockHashes } from '../../metainfo/merkle.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'
import { PieceRoots } from './piece-roots.ts'

const leavesOf = ({ layout, content }: TestTorrent, piece: number) => {
  const begin = layout.pieceOffset(piece)
  return blockHashes(content.subarray(begin, begin + layout.dataSize(piece)))
}

it('distinguishes correct and wrong pieces by the piece layer', async () => {
  const torrent = await testTorrent({ pieces: 3, version: 'v2' })
  const { info, pieceLayers } = torrent.metainfo
  const roots = new PieceRoots(info, torrent.layout, pieceLayers)
  expect([0, 1, 2].map(piece => roots.knows(piece))).toEqual([true, true, true])
  expect(roots.verify(1, leavesOf(torrent, 1))).toBe(true)
  expect(roots.verify(1, leavesOf(torrent, 2))).toBe(false)
})

it('computes the roots of a magnet link’s file once all pieces of the file have verified by SHA-1', async () => {
  const torrent = await testTorrent({ pieces: 3, version: 'hybrid' })
  const roots = new PieceRoots(torrent.metainfo.info, torrent.layout, new Map())
  expect([0, 1, 2].map(piece => roots.knows(piece))).toEqual([false, false, false])
  for (const piece of [2, 0]) expect(roots.verify(piece, leavesOf(torrent, piece))).toBeNull()
  expect(roots.knows(2)).toBe(false)
  expect(roots.verify(1, leavesOf(torrent, 1))).toBeNull()
  expect([0, 1, 2].map(piece => roots.knows(piece))).toEqual([true, true, true])
  expect(roots.verify(0, leavesOf(torrent, 1))).toBe(false)
})

it('keeps no computed roots that do not lead to the root of the file', async () => {
  const torrent = await testTorrent({ pieces: 2, version: 'hybrid' })
  const roots = new PieceRoots(torrent.metainfo.info, torrent.layout, new Map())
  for (const piece of [0, 1]) expect(roots.verify(piece, leavesOf(torrent, 0))).toBeNull()
  expect(roots.knows(0)).toBe(false)
  // The second time they are correct.
  for (const piece of [0, 1]) expect(roots.verify(piece, leavesOf(torrent, piece))).toBeNull()
  expect(roots.knows(0)).toBe(true)
})
