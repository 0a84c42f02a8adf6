import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES, type FileEntry } from '../../metainfo/metainfo.ts'
import { blockOffset, blockSize, nextSpan } from './next-span.ts'
import { runLength, toRuns } from './runs.ts'

const PIECE = 4 * BLOCK_BYTES

/**
 * Files of these lengths, each but the last padded to complete pieces, as in v2 and hybrid
 * torrents.
 */
function layoutOf(lengths: readonly number[], version: 'v1' | 'v2' | 'hybrid'): PieceLayout {
  const files: FileEntry[] = []
  let offsetBytes = 0
  const add = (lengthBytes: number, pad: boolean) => {
    files.push({
      path: [String(files.length)],
      lengthBytes,
      offsetBytes,
      pad,
      executable: false,
      hidden: false,
    })
    offsetBytes += lengthBytes
  }
  for (const [index, length] of lengths.entries()) {
    add(length, false)
    const over = offsetBytes % PIECE
    if (version !== 'v1' && over > 0 && index < lengths.length - 1) add(PIECE - over, true)
  }
  return new PieceLayout({ files, pieceLengthBytes: PIECE, version })
}

const world = fc
  .record({
    lengths: fc.array(fc.oneof(fc.constant(0), fc.nat(100), fc.nat(5 * PIECE)), {
      minLength: 1,
      maxLength: 8,
    }),
    version: fc.constantFrom('v1' as const, 'v2' as const, 'hybrid' as const),
    unwanted: fc.array(fc.nat(63)),
  })
  .filter(({ lengths }) => lengths.some(length => length > 0))

it('fetches any blocks by runs that cover each byte once, in order, each within one file', () => {
  fc.assert(
    fc.property(world, fc.infiniteStream(fc.boolean()), ({ lengths, version, unwanted }, choice) => {
      const layout = layoutOf(lengths, version)
      const perPiece = PIECE / BLOCK_BYTES
      const blocks: number[] = []
      for (let piece = 0; piece < layout.pieceCount; piece++)
        for (let block = 0; block < layout.blockCount(piece); block++)
          if (choice.next().value) blocks.push(piece * perPiece + block)
      const wanted = new Set(blocks.filter(block => !unwanted.includes(block)))
      const covered: string[] = []
      let at = 0
      let within = 0
      while (at < blocks.length) {
        if (within === 0 && !wanted.has(blocks[at]!)) {
          at++
          continue
        }
        const span = nextSpan(layout, perPiece, blocks, at, within, wanted)
        const { file, fileOffset, lengthBytes } = span
        const entry = layout.files[file]!
        expect(lengthBytes).toBeGreaterThan(0)
        expect(fileOffset + lengthBytes).toBeLessThanOrEqual(entry.lengthBytes)
        covered.push(
          ...layout.spans(entry.offsetBytes + fileOffset, lengthBytes).map(it => JSON.stringify(it)),
        )
        // Advances as the lane does.
        let left = lengthBytes
        const first = at
        while (left > 0) {
          const step = Math.min(left, blockSize(layout, perPiece, blocks[at]!) - within)
          within += step
          left -= step
          if (within === blockSize(layout, perPiece, blocks[at]!)) {
            within = 0
            at++
          }
        }
        expect(at + (within > 0 ? 1 : 0) - first).toBe(span.blocks)
      }
      // The same bytes as the blocks one by one.
      const single = blocks
        .filter(block => wanted.has(block))
        .flatMap(block =>
          layout.spans(blockOffset(layout, perPiece, block), blockSize(layout, perPiece, block)),
        )
      const bytesOf = (spans: { file: number; fileOffset: number; length: number }[]) => {
        const joined: { file: number; begin: number; end: number }[] = []
        for (const { file, fileOffset, length } of spans) {
          const last = joined.at(-1)
          if (last?.file === file && last.end === fileOffset) last.end += length
          else joined.push({ file, begin: fileOffset, end: fileOffset + length })
        }
        return joined
      }
      expect(bytesOf(covered.map(text => JSON.parse(text)))).toEqual(bytesOf(single))
    }),
  )
})

it('orders runs whichever way they were picked', () => {
  expect(toRuns([5, 6, 7, 3, 2, 1, 9])).toEqual([5, 6, 7, 1, 2, 3, 9])
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), blocks => {
      expect(toRuns(blocks).sort((a, b) => a - b)).toEqual([...blocks].sort((a, b) => a - b))
    }),
  )
})

it('requests longer runs at higher rates, within bounds', () => {
  expect(runLength(0)).toBe(32)
  expect(runLength(1000)).toBe(16)
  expect(runLength(1e6)).toBe(123)
  expect(runLength(1e9)).toBe(512)
})
