import { expect, it } from 'vitest'
import { Bitfield } from '../base/bitfield.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { allowedFastSet } from '../wire/allowed-fast.ts'
import { FastGrants, isBeginner } from './fast-grants.ts'

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

it('are of the canonical set what we have and the peer has not, each told once', () => {
  const grants = new FastGrants()
  const have = Bitfield.full(PIECES)
  have.clear(canonical[0]!)
  const view = { host, infoHash, layout, have, theirs: bits(canonical[1]!) }
  expect(grants.grant(view)).toEqual(canonical.slice(2))
  expect(grants.grant(view)).toEqual([])
  have.set(canonical[0]!)
  expect(grants.grant(view)).toEqual([canonical[0]])
  expect(grants.has(canonical[0]!)).toBe(true)
  expect(grants.has(canonical[1]!)).toBe(false)
})

it('are sent twice, and not to who can trade', () => {
  const grants = new FastGrants()
  const theirs = bits()
  grants.grant({ host, infoHash, layout, have: Bitfield.full(PIECES), theirs })
  const [piece] = canonical as [number]
  expect(grants.take(piece, 16384, null)).toBe(false)
  expect([1, 2, 3, 4, 5].map(() => grants.take(piece, 16384, theirs))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  const other = [...Array(PIECES).keys()].find(index => !canonical.includes(index))!
  expect(grants.take(other, 1, theirs)).toBe(false)
  const rich = bits(...Array(10).keys())
  expect(isBeginner(rich)).toBe(false)
  expect(grants.take(canonical[1]!, 1, rich)).toBe(false)
})
