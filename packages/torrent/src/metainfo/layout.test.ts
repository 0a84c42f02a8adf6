import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignFiles, placeFiles, type UnplacedFile } from './file-list.ts'
import { PieceLayout } from './layout.ts'
import { BLOCK_BYTES } from './metainfo.ts'

const file = (lengthBytes: number, pad = false): UnplacedFile => ({
  path: ['f'],
  lengthBytes,
  pad,
  executable: false,
  hidden: false,
})

/** The file of each byte of the piece space. */
function owners(layout: PieceLayout): number[] {
  return layout.files.flatMap((entry, index) => Array<number>(entry.lengthBytes).fill(index))
}

const layouts = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.boolean()), { minLength: 1, maxLength: 12 }),
    fc.integer({ min: 1, max: 16 }),
    fc.constantFrom('v1' as const, 'v2' as const),
  )
  .map(([lengths, pieceLengthBytes, version]) => {
    const files = lengths.map(([length, pad]) => file(length, version === 'v1' && pad))
    const placed = placeFiles(version === 'v1' ? files : alignFiles(files, pieceLengthBytes))
    return new PieceLayout({ files: placed, pieceLengthBytes, version })
  })

describe('PieceLayout', () => {
  it('agrees with a byte-by-byte map', () => {
    fc.assert(
      fc.property(layouts, layout => {
        const owner = owners(layout)
        expect(layout.totalBytes).toBe(owner.length)
        expect(layout.pieceCount).toBe(Math.ceil(owner.length / layout.pieceLengthBytes))
        owner.forEach((index, offset) => {
          expect(layout.fileAt(offset)).toBe(index)
        })
        expect([layout.fileAt(-1), layout.fileAt(owner.length)]).toEqual([-1, -1])
        for (let piece = 0; piece < layout.pieceCount; piece++) {
          const begin = layout.pieceOffset(piece)
          const inPiece = owner.slice(begin, begin + layout.pieceLengthBytes)
          const data = inPiece.findLastIndex(index => !layout.files[index]!.pad) + 1
          expect(layout.dataSize(piece)).toBe(data)
          expect(layout.blockCount(piece)).toBe(data > 0 ? 1 : 0)
        }
        layout.files.forEach((entry, index) => {
          const { first, end } = layout.piecesOf(index)
          const at = owner.flatMap((who, offset) =>
            who === index ? [Math.floor(offset / layout.pieceLengthBytes)] : [],
          )
          if (entry.lengthBytes === 0) expect(end).toBe(first)
          else expect([first, end - 1]).toEqual([at[0], at.at(-1)])
        })
      }),
    )
  })

  it('returns spans that cover exactly the requested range', () => {
    fc.assert(
      fc.property(layouts, fc.nat(400), fc.nat(100), (layout, offset, length) => {
        const owner = owners(layout)
        const covered = layout.spans(offset, length).flatMap(span => {
          expect(span.length).toBeGreaterThan(0)
          return Array.from({ length: span.length }, (_, i) => [span.file, span.fileOffset + i])
        })
        const expected = owner
          .slice(offset, offset + length)
          .map((index, i) => [index, offset + i - layout.files[index]!.offsetBytes])
        expect(covered).toEqual(expected)
      }),
    )
  })

  it('ends a piece with its file in v2 and with its padding otherwise', () => {
    const pieceLengthBytes = 4 * BLOCK_BYTES
    const files = placeFiles(alignFiles([file(BLOCK_BYTES + 5), file(3)], pieceLengthBytes))
    const v2 = new PieceLayout({ files, pieceLengthBytes, version: 'v2' })
    const hybrid = new PieceLayout({ files, pieceLengthBytes, version: 'hybrid' })
    expect([v2.pieceSize(0), v2.blockSize(0, 1)]).toEqual([BLOCK_BYTES + 5, 5])
    expect([hybrid.pieceSize(0), hybrid.blockSize(0, 1)]).toEqual([pieceLengthBytes, BLOCK_BYTES])
    expect([v2.blockCount(0), hybrid.blockCount(0)]).toEqual([2, 2])
    expect([v2.pieceSize(1), hybrid.pieceSize(1)]).toEqual([3, 3])
  })

  it('has no pieces if all files are empty', () => {
    const layout = new PieceLayout({
      files: placeFiles([file(0), file(0)]),
      pieceLengthBytes: 4,
      version: 'v1',
    })
    expect([layout.totalBytes, layout.pieceCount, layout.fileAt(0)]).toEqual([0, 0, -1])
    expect(layout.spans(0, 10)).toEqual([])
    expect(layout.piecesOf(1)).toEqual({ first: 0, end: 0 })
  })
})
