import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex, utf8 } from '../../base/bytes.ts'
import { Rc4 } from './rc4.ts'

const keyStream = (key: string, drop: number, count: number) => {
  const bytes = new Uint8Array(count)
  new Rc4(fromHex(key)!, drop).apply(bytes)
  return hex(bytes)
}

describe('Rc4', () => {
  it('generates the key streams of RFC 6229', () => {
    expect(keyStream('0102030405', 0, 16)).toBe('b2396305f03dc027ccc3524a0a1118a8')
    expect(keyStream('0102030405', 1024, 16)).toBe('30abbcc7c20b01609f23ee2d5f6bb7df')
    expect(keyStream('0102030405060708090a0b0c0d0e0f10', 0, 16)).toBe('9ac7cc9a609d1ef7b2932899cde41b97')
    expect(keyStream('0102030405060708090a0b0c0d0e0f10', 1024, 16)).toBe('bdf0324e6083dcc6d3cedd3ca8c53c16')
  })

  it('encrypts a known plaintext', () => {
    const bytes = utf8('Plaintext')
    new Rc4(utf8('Key')).apply(bytes)
    expect(hex(bytes)).toBe('bbf316e8d940af0ad3')
  })

  it('gives the same stream however it is split, in place or into a target', () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(key, fc.array(fc.uint8Array({ maxLength: 300 })), (secret, parts) => {
        const whole = concat(parts)
        new Rc4(secret).apply(whole)
        const copying = new Rc4(secret)
        const pieces = parts.map(part => {
          const before = hex(part)
          const target = new Uint8Array(part.length + 3)
          copying.apply(part, target)
          expect(hex(part)).toBe(before)
          expect(hex(target.subarray(part.length))).toBe('000000')
          return target.subarray(0, part.length)
        })
        expect(hex(concat(pieces))).toBe(hex(whole))
        const decrypt = new Rc4(secret)
        for (const piece of pieces) decrypt.apply(piece)
        expect(hex(concat(pieces))).toBe(hex(concat(parts)))
      }),
    )
  })
})
