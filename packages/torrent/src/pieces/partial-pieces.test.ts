import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Bitfield } from '../base/bitfield.ts'
import { seededRandom } from '../base/random.ts'
import { PartialPieces } from './partial-pieces.ts'
import { MISSING, PieceTable } from './piece-table.ts'
import { SourceTable } from './source-table.ts'
import { plainLayout, TestSource } from './testing/test-source.ts'

it('knows the pieces with free blocks, whatever is begun, dropped, requested and released', () => {
  const step = fc.record({ piece: fc.nat(5), act: fc.constantFrom('begin', 'drop', 'request', 'release') })
  const source = new TestSource(1, new Bitfield(6))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const pieces = new PieceTable(plainLayout(6, 2), new Bitfield(6), seededRandom(1))
      const sources = new SourceTable(pieces)
      const table = new PartialPieces(pieces, sources)
      sources.add(source, 'all')
      for (const { piece, act } of steps) {
        const partial = pieces.partial(piece)
        if (act === 'begin' && !partial) table.begin(piece, source)
        else if (partial && act === 'drop') table.drop(partial, MISSING)
        else if (partial && act === 'request')
          table.request(partial, 1, { source, state: sources.stateOf(source), nowMs: 0, into: [], left: 1 })
        else if (partial && act === 'release') for (const block of [0, 1]) table.release(partial, block, 1)
        const free = table.list.filter(one => one.free > 0).map(one => one.piece)
        expect(table.joinable.map(one => one.piece).sort()).toEqual(free.sort())
      }
    }),
  )
})
