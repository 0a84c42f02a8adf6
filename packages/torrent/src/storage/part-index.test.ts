import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headBytes, PartIndex } from './part-index.ts'

const shape = fc.record({
  pieceLengthBytes: fc.integer({ min: 1, max: 2 ** 30 }),
  pieceCount: fc.integer({ min: 1, max: 50 }),
  fileCount: fc.integer({ min: 1, max: 30 }),
})

test('decodes what was encoded', () => {
  fc.assert(
    fc.property(shape, fc.array(fc.nat()), fc.array(fc.nat()), (of, pieces, files) => {
      const index = new PartIndex(of)
      for (const piece of pieces) index.addSlot(piece % of.pieceCount)
      for (const file of files) index.setHolds(file % of.fileCount, true)
      const read = PartIndex.decode(index.head.slice(), of)!
      expect(read.head).toEqual(index.head)
      const offsets = new Set<number>()
      for (let piece = 0; piece < of.pieceCount; piece++) {
        expect(read.slotOffset(piece)).toBe(index.slotOffset(piece))
        if (read.slotOffset(piece) >= 0) offsets.add(read.slotOffset(piece))
      }
      // Slots begin after the head and do not overlap.
      expect(offsets.size).toBe(new Set(pieces.map(piece => piece % of.pieceCount)).size)
      const sorted = [...offsets].sort((a, b) => a - b)
      for (const [i, offset] of sorted.entries()) {
        expect(offset).toBeGreaterThanOrEqual(headBytes(of))
        if (i > 0) expect(offset - sorted[i - 1]!).toBeGreaterThanOrEqual(of.pieceLengthBytes)
      }
      for (const file of files) expect(read.holds(file % of.fileCount)).toBe(true)
      for (const file of files) read.setHolds(file % of.fileCount, false)
      expect(read.isEmpty).toBe(true)
    }),
  )
})

test('any bytes decode to null or to an index without shared slots', () => {
  fc.assert(
    fc.property(shape, fc.uint8Array({ maxLength: 300 }), fc.boolean(), (of, noise, cut) => {
      const bytes = new PartIndex(of).head.slice()
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - 24)), 24)
      const index = PartIndex.decode(cut ? bytes.subarray(0, noise.length) : bytes, of)
      if (index === null) return
      for (let piece = 0; piece < of.pieceCount; piece++) index.addSlot(piece)
      const offsets = Array.from({ length: of.pieceCount }, (_, piece) => index.slotOffset(piece))
      expect(new Set(offsets).size).toBe(of.pieceCount)
      expect(Math.max(...offsets)).toBeLessThan(
        headBytes(of) + 4096 + 3 * of.pieceCount * of.pieceLengthBytes,
      )
    }),
  )
})

test('noise and heads of other torrents decode to null', () => {
  const of = { pieceLengthBytes: 16384, pieceCount: 10, fileCount: 3 }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), bytes => PartIndex.decode(bytes, of) === null))
  for (const other of [
    { ...of, pieceCount: 11 },
    { ...of, fileCount: 4 },
    { ...of, pieceLengthBytes: 32768 },
  ])
    expect(PartIndex.decode(new PartIndex(other).head, of)).toBe(null)
})
