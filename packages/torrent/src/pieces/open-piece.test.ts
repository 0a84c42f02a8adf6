import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OpenPieces } from './open-piece.ts'

it('the pieces with free blocks are known, whatever opens, closes, is asked and released', () => {
  const step = fc.record({ piece: fc.nat(5), act: fc.constantFrom('open', 'close', 'ask', 'release') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const table = new OpenPieces(2)
      for (const { piece, act } of steps) {
        const open = table.get(piece)
        if (act === 'open' && !open) table.open(piece, 2)
        else if (open && act === 'close') table.close(open)
        else if (open && act === 'ask') open.ask(1, 0)
        else if (open && act === 'release')
          for (const block of [0, 1]) if (open.isAsked(block)) open.release(block, 1)
        if (open && act !== 'close') table.noteFree(open)
        const free = table.list.filter(one => one.free > 0).map(one => one.piece)
        expect(table.unasked.map(one => one.piece).sort()).toEqual(free.sort())
      }
    }),
  )
})
