import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planFiles } from '../metainfo/info-builder.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { RunCutter } from './runs.ts'

const PIECE = 65536

/** All runs of a hybrid torrent of these files. */
function cut(lengths: readonly number[], threads: number) {
  const version = 'hybrid'
  const files = lengths.map((lengthBytes, i) => ({ path: [`${i}`], lengthBytes }))
  const planned = planFiles({ name: 'cut', version, pieceLengthBytes: PIECE, singleFile: false, files })
  const layout = new PieceLayout({ files: planned, pieceLengthBytes: PIECE, version })
  const source = {
    segments: (offset: number, length: number) =>
      layout.spans(offset, length).map(span => {
        const { pad, path } = layout.files[span.file]!
        return { path: pad ? null : path.join('/'), offset: span.fileOffset, length: span.length }
      }),
    read: async () => {},
  }
  const cutter = new RunCutter({ layout, version, source }, threads)
  const runs = []
  while (!cutter.done) runs.push(cutter.next())
  return { layout, source, runs }
}

it('covers every piece once, in order, with exactly its bytes', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 40 * PIECE }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 8 }), (list, threads) => {
      const { layout, source, runs } = cut([...list, 1], threads)
      let piece = 0
      for (const run of runs) {
        expect(run.first).toBe(piece)
        expect(run.count).toBeGreaterThan(0)
        const begin = layout.pieceOffset(piece)
        const told = []
        for (let i = 0; i < run.segments.length; i += 3)
          told.push({
            path: run.paths[run.segments[i]!] ?? null,
            offset: run.segments[i + 1]!,
            length: run.segments[i + 2]!,
          })
        expect(told).toEqual(source.segments(begin, run.bytes))
        piece += run.count
      }
      expect(piece).toBe(layout.pieceCount)
      expect(runs.reduce((sum, run) => sum + run.bytes, 0)).toBe(layout.totalBytes)
    }),
    { numRuns: 30 },
  )
})

it('cuts ever shorter runs, so that threads finish together', () => {
  const { runs } = cut([2048 * PIECE], 2)
  const sizes = runs.map(run => run.bytes)
  expect(sizes[0]).toBeGreaterThan(4 * sizes.at(-1)!)
  expect(sizes.at(-1)).toBeLessThanOrEqual(1 << 20)
})

it('limits the segments of a run', () => {
  const { runs } = cut(Array(6000).fill(3), 1)
  for (const run of runs) expect(run.segments.length / 3).toBeLessThanOrEqual(2048 + 2)
})
