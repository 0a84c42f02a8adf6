import { expect, it } from 'vitest'
import { EarlyClaims } from './early-claims.ts'

it('early claims add up in any order', () => {
  const claims = new EarlyClaims()
  claims.have(9)
  const bytes = Uint8Array.of(0x80, 0)
  claims.bitfield(bytes)
  // It is a view into the received bytes.
  bytes.fill(0xff)
  expect([...claims.resolve(10).bytes]).toEqual([0x80, 0x40])
  claims.all = true
  expect(claims.resolve(10).isFull).toBe(true)
  expect(new EarlyClaims().resolve(10).count).toBe(0)
})

it('claims about pieces that do not exist are an error', () => {
  const wrongPiece = new EarlyClaims()
  wrongPiece.have(10)
  expect(() => wrongPiece.resolve(10)).toThrow('piece 10, which does not exist')
  const wrongSize = new EarlyClaims()
  wrongSize.bitfield(new Uint8Array(3))
  expect(() => wrongSize.resolve(10)).toThrow('wrong size')
  const spareBits = new EarlyClaims()
  spareBits.bitfield(Uint8Array.of(0, 1))
  expect(() => spareBits.resolve(10)).toThrow('wrong size')
})

it('a bounded number of claims is kept', () => {
  const claims = new EarlyClaims()
  for (let piece = 0; piece < 150_000; piece++) claims.have(piece)
  expect(claims.resolve(200_000).count).toBe(100_000)
})
