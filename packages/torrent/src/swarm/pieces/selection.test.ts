import { expect, it } from 'vitest'
import { PieceLayout } from '../../metainfo/layout.ts'
import { Selection } from './selection.ts'

const PIECE = 1 << 14

/** Consecutive files of these lengths; a negative length is padding. */
function layoutOf(...lengths: number[]): PieceLayout {
  let offsetBytes = 0
  const files = lengths.map((length, i) => {
    const file = { path: [`f${i}`], lengthBytes: Math.abs(length), offsetBytes, pad: length < 0 }
    offsetBytes += file.lengthBytes
    return file
  })
  return new PieceLayout({ files: files as never, pieceLengthBytes: PIECE, version: 'v1' })
}

it('wants everything with equal priority at first, except padding', () => {
  const selection = new Selection(layoutOf(PIECE - 1, -1, PIECE))
  expect(selection.isDefault).toBe(true)
  expect(selection.toList()).toBeNull()
  expect(selection.wanted()).toEqual([true, false, true])
  expect(selection.wantedBytes).toBe(2 * PIECE - 1)
  expect([0, 1].map(piece => selection.piecePriority(piece))).toEqual([4, 4])
})

it('gives a piece the highest priority of its files, except empty ones', () => {
  // Pieces: 0 has files 0 to 3 (1 is empty); 1 has file 3; 2 has 3 and 4.
  const selection = new Selection(layoutOf(100, 0, 100, 2 * PIECE, 50))
  for (const file of [0, 2, 3, 4]) selection.set(file, 0)
  selection.set(1, 7)
  const priorities = () => [0, 1, 2].map(piece => selection.piecePriority(piece))
  expect(priorities()).toEqual([0, 0, 0])
  selection.set(2, 1)
  expect(priorities()).toEqual([1, 0, 0])
  selection.set(4, 6)
  expect(priorities()).toEqual([1, 0, 6])
  selection.set(3, 5)
  expect(priorities()).toEqual([5, 5, 6])
  expect(selection.wantedBytes).toBe(100 + 2 * PIECE + 50)
})

it('survives a round trip as a list, and limits the numbers of a foreign list', () => {
  const layout = layoutOf(PIECE - 1, -1, PIECE)
  const selection = new Selection(layout)
  selection.set(2, 0)
  const list = selection.toList()
  expect(list).toEqual([4, 0, 0])
  expect(Selection.from(layout, list).wanted()).toEqual([true, false, false])
  expect(Selection.from(layout, [4, 4]).isDefault).toBe(true)
  expect(Selection.from(layout, null).isDefault).toBe(true)
  const wild = Selection.from(layout, [99, 7, -3])
  expect([0, 1, 2].map(file => wild.priorityOf(file))).toEqual([7, 0, 0])
})

it('puts the first and the last piece of each wanted file before others, if that is asked for', () => {
  const selection = new Selection(layoutOf(4 * PIECE, 3 * PIECE, 100, -(PIECE - 100)))
  const priorities = () => [0, 1, 2, 3, 4, 5, 6, 7].map(piece => selection.piecePriority(piece))
  selection.firstLastFirst = true
  expect(selection.isDefault).toBe(false)
  expect(priorities()).toEqual([7, 4, 4, 7, 7, 4, 7, 7])
  selection.set(0, 0)
  selection.set(1, 1)
  expect(priorities()).toEqual([0, 0, 0, 0, 7, 1, 7, 7])
  selection.firstLastFirst = false
  expect(priorities()).toEqual([0, 0, 0, 0, 1, 1, 1, 4])
})
