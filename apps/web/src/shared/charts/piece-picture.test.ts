import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePieces, gridFor, type Pieces, summarize, toCells } from './piece-picture.ts'

const base64 = (bytes: readonly number[]) => btoa(String.fromCharCode(...bytes))

function pieces(have: readonly number[], availability: readonly number[]): Pieces {
  return { count: have.length, have: Uint8Array.from(have), availability: Uint8Array.from(availability) }
}

test('the first piece is the highest bit', () => {
  const decoded = decodePieces({
    count: 10,
    pieceLengthBytes: 16_384,
    have: base64([0b1010_0000, 0b0100_0000]),
    availability: base64([1, 2, 3, 4, 5, 6, 7, 8, 9, 255]),
  })
  expect([...decoded.have]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1])
  expect(decoded.availability[9]).toBe(255)
})

test('a map that is too short reads as nothing here, not as an error', () => {
  const decoded = decodePieces({ count: 20, pieceLengthBytes: 1, have: '', availability: base64([3]) })
  expect(summarize(decoded)).toMatchObject({ count: 20, have: 0, unavailable: 19 })
})

test('cells cover every piece once, whatever the room', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 400 }), (count, max) => {
      const cells = toCells(pieces(new Array(count).fill(1), new Array(count).fill(0)), max)
      expect(cells.length).toBeLessThanOrEqual(max)
      expect(cells[0]!.first).toBe(0)
      expect(cells.at(-1)!.end).toBe(count)
      for (const [index, cell] of cells.entries()) expect(cell.first).toBe(index ? cells[index - 1]!.end : 0)
      expect(cells.reduce((sum, { have }) => sum + have, 0)).toBe(count)
    }),
  )
})

test('a cell shows its rarest missing piece, so that one that no peer has is not averaged away', () => {
  const [cell] = toCells(pieces([1, 0, 0, 1], [0, 9, 0, 5]), 1)
  expect(cell).toEqual({ first: 0, end: 4, have: 2, rarest: 0 })
  expect(toCells(pieces([1, 1], [0, 0]), 1)[0]!.rarest).toBeNull()
})

test('alone is who lacks pieces that no connected peer has', () => {
  expect(summarize(pieces([1, 0, 0], [3, 0, 0])).alone).toBe(true)
  expect(summarize(pieces([1, 0, 0], [3, 0, 1])).alone).toBe(false)
  expect(summarize(pieces([1, 1, 1], [0, 0, 0])).alone).toBe(false)
})

test('a summary counts downloaded and unavailable pieces, and complete copies', () => {
  expect(summarize(pieces([1, 0, 0, 0], [1, 0, 2, 3]))).toEqual({
    count: 4,
    have: 1,
    alone: false,
    unavailable: 1,
    rarest: 0,
    copies: 0.75,
  })
  expect(summarize(pieces([0, 0], [2, 3]))).toMatchObject({ rarest: 2, copies: 2.5 })
  expect(summarize(pieces([], []))).toMatchObject({ count: 0, copies: 0 })
})

test.each([1, 16, 700, 5000, 100_000])('a picture of %i pieces fits its room', count => {
  for (const width of [300, 900, 2000]) {
    const grid = gridFor(count, width, 200)
    const pixels = (cells: number) => cells * (grid.sizePixels + grid.gapPixels) - grid.gapPixels
    expect(pixels(grid.columns)).toBeLessThanOrEqual(width)
    expect(pixels(grid.rows)).toBeLessThanOrEqual(200)
    const cells = toCells(pieces(new Array(count).fill(0), new Array(count).fill(0)), grid.capacity)
    expect(cells.length).toBeLessThanOrEqual(grid.columns * grid.rows)
  }
})
