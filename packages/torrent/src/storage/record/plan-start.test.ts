import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { testFiles } from '../fixtures.ts'
import type { FileStamp } from '../storage.ts'
import { absentPieces, planStart } from './plan-start.ts'

// Pieces of 10 bytes: a has 0 to 2, b has 2 (shared), c has 2 to 6, d has none, e has 7 to 8 after
// a pad.
const layout = new PieceLayout({
  version: 'v1',
  pieceLengthBytes: 10,
  files: testFiles([
    ['a', 25],
    ['b', 3],
    ['c', 40],
    ['d', 0],
    ['.pad/2', 2, 'pad'],
    ['e', 15],
  ]),
})
const whole: FileStamp[] = layout.files.map(file =>
  file.pad ? { size: -1, mtimeNs: '0' } : { size: file.lengthBytes, mtimeNs: '5' },
)

function had(...pieces: number[]): Uint8Array {
  const field = new Bitfield(layout.pieceCount)
  for (const piece of pieces) field.set(piece)
  return field.bytes
}

function changed(file: number, stamp: Partial<FileStamp>): FileStamp[] {
  return whole.with(file, { ...whole[file]!, ...stamp })
}

function pieces(field: Bitfield): number[] {
  return Array.from({ length: field.length }, (_, piece) => piece).filter(piece => field.has(piece))
}

test('recorded pieces of unchanged files are trusted without reading', () => {
  const plan = planStart({ had: had(0, 1, 2, 3, 6, 8), stamps: whole }, whole, layout)
  expect(pieces(plan.trusted)).toEqual([0, 1, 2, 3, 6, 8])
  expect(plan.recheck).toEqual([])
})

test('all pieces of a changed file are checked, shared or recorded or not', () => {
  const record = { had: had(0, 1, 2, 3, 8), stamps: whole }
  for (const stamp of [{ mtimeNs: '4' }, { mtimeNs: '6' }, { size: 50 }]) {
    const plan = planStart(record, changed(2, stamp), layout)
    expect(pieces(plan.trusted)).toEqual([0, 1, 8])
    expect(plan.recheck).toEqual([{ first: 2, end: 7 }])
  }
  const plan = planStart(record, changed(1, { mtimeNs: '6' }), layout)
  expect(pieces(plan.trusted)).toEqual([0, 1, 3, 8])
  expect(plan.recheck).toEqual([{ first: 2, end: 3 }])
})

test('pieces beyond the end of a short file are missing without reading', () => {
  const record = { had: had(0, 1, 2, 3, 4, 5, 6, 7, 8), stamps: whole }
  const cut = planStart(record, changed(2, { size: 15, mtimeNs: '9' }), layout)
  expect(pieces(cut.trusted)).toEqual([0, 1, 7, 8])
  expect(cut.recheck).toEqual([{ first: 2, end: 4 }])
  const gone = planStart(record, changed(2, { size: -1, mtimeNs: '0' }), layout)
  expect(pieces(gone.trusted)).toEqual([0, 1, 7, 8])
  expect(gone.recheck).toEqual([])
})

test('a file that is still missing has no pieces, whatever the record says', () => {
  const stamps = changed(5, { size: -1, mtimeNs: '0' })
  const plan = planStart({ had: had(0, 7, 8), stamps }, stamps, layout)
  expect(pieces(plan.trusted)).toEqual([0])
  expect(pieces(absentPieces(stamps, layout))).toEqual([7, 8])
})

test('without a matching record, all pieces that may exist are checked', () => {
  const now = changed(0, { size: -1, mtimeNs: '0' })
  for (const record of [
    null,
    { had: null, stamps: whole },
    { had: new Uint8Array(7), stamps: whole },
    { had: had(0), stamps: whole.slice(1) },
  ]) {
    const plan = planStart(record, now, layout)
    expect(plan.trusted.count).toBe(0)
    expect(plan.recheck).toEqual([{ first: 3, end: 9 }])
  }
})

test('changed empty files and pads have no effect', () => {
  const now = changed(3, { size: -1, mtimeNs: '0' }).with(4, { size: 7, mtimeNs: '7' })
  const plan = planStart({ had: had(0, 6, 7), stamps: whole }, now, layout)
  expect(pieces(plan.trusted)).toEqual([0, 6, 7])
  expect(plan.recheck).toEqual([])
})

test('trusted pieces are recorded, in unchanged files of full length, and never also checked', () => {
  const stamp = fc.record({ size: fc.integer({ min: -1, max: 45 }), mtimeNs: fc.constantFrom('1', '2') })
  const stamps = fc.array(stamp, { minLength: layout.files.length, maxLength: layout.files.length })
  fc.assert(
    fc.property(stamps, stamps, fc.uint8Array({ minLength: 2, maxLength: 2 }), (before, now, bits) => {
      bits[1]! &= 0x80
      const plan = planStart({ had: bits, stamps: before }, now, layout)
      const checked = new Bitfield(layout.pieceCount)
      for (const { first, end } of plan.recheck)
        for (let piece = first; piece < end; piece++) expect(checked.set(piece)).toBe(true)
      for (let piece = 0; piece < layout.pieceCount; piece++) {
        const spans = layout
          .spans(layout.pieceOffset(piece), layout.pieceSize(piece))
          .filter(span => !layout.files[span.file]!.pad)
        const there = spans.every(span => now[span.file]!.size >= span.fileOffset + span.length)
        const same = spans.every(
          ({ file }) =>
            before[file]!.size === now[file]!.size && before[file]!.mtimeNs === now[file]!.mtimeNs,
        )
        const recorded = (bits[piece >> 3]! & (0x80 >> (piece & 7))) !== 0
        expect(plan.trusted.has(piece)).toBe(there && same && recorded)
        expect(checked.has(piece)).toBe(there && !same)
      }
    }),
  )
})
