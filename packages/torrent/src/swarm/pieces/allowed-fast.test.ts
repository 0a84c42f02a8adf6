import { expect, it } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { allowedFastSet } from '../../wire/allowed-fast.ts'
import { AllowedFast, isBeginner } from './allowed-fast.ts'

const PIECES = 100
const PIECE = 1 << 15
const layout = new PieceLayout({
  files: [{ path: ['a'], lengthBytes: PIECES * PIECE, offsetBytes: 0, pad: false }] as never,
  pieceLengthBytes: PIECE,
  version: 'v1',
})
const infoHash = new Uint8Array(20).fill(7)
const host = '80.0.0.1'
const canonical = allowedFastSet(host, infoHash, PIECES)

function bits(...pieces: number[]): Bitfield {
  const made = new Bitfield(PIECES)
  for (const piece of pieces) made.set(piece)
  return made
}

it('grants each piece of the canonical set that we have and the peer lacks, once', () => {
  const granted = new AllowedFast()
  const have = Bitfield.full(PIECES)
  have.clear(canonical[0]!)
  const view = { host, infoHash, layout, have, theirs: bits(canonical[1]!) }
  expect(granted.grant(view)).toEqual(canonical.slice(2))
  expect(granted.grant(view)).toEqual([])
  have.set(canonical[0]!)
  expect(granted.grant(view)).toEqual([canonical[0]])
  expect(granted.has(canonical[0]!)).toBe(true)
  expect(granted.has(canonical[1]!)).toBe(false)
})

it('serves each piece twice, and only to peers that cannot trade', () => {
  const granted = new AllowedFast()
  const theirs = bits()
  granted.grant({ host, infoHash, layout, have: Bitfield.full(PIECES), theirs })
  const [piece] = canonical as [number]
  expect(granted.take(piece, 16384, null)).toBe(false)
  expect([1, 2, 3, 4, 5].map(() => granted.take(piece, 16384, theirs))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  const other = [...Array(PIECES).keys()].find(index => !canonical.includes(index))!
  expect(granted.take(other, 1, theirs)).toBe(false)
  const rich = bits(...Array(10).keys())
  expect(isBeginner(rich)).toBe(false)
  expect(granted.take(canonical[1]!, 1, rich)).toBe(false)
})
