import { describe, expect, it } from 'vitest'
import { halfSip, SipHash } from './siphash.ts'

/** Bytes 0, 1, 2 … as little-endian words. */
const counting = (bytes: number) => new Int32Array(Uint8Array.from({ length: bytes }, (_, at) => at).buffer)
const hexOf = ({ low, high }: SipHash) => Buffer.from(Int32Array.of(low, high).buffer).toString('hex')

describe('SipHash', () => {
  // Test vectors of the reference implementation (vectors.h), key 00 to 0f.
  it.each([
    [0, '310e0edd47db6f72'],
    [8, '6224939a79f5f593'],
    [16, 'db9bc2577fcc2a3f'],
  ])('hashes %d bytes like the reference implementation', (bytes, expected) => {
    const sip = new SipHash(counting(16))
    sip.hash(counting(bytes), bytes / 4)
    expect(hexOf(sip)).toBe(expected)
  })
})

describe('halfSip', () => {
  it('spreads neighbouring words over a table', () => {
    const word = new Int32Array(1)
    const slots = new Uint32Array(1024)
    for (let at = 0; at < 64 * 1024; at++) {
      word[0] = at
      slots[halfSip(123, 456, word, 0, 1) & 1023]!++
    }
    // 64 each are expected; a spread of 8 is one standard deviation.
    expect(Math.max(...slots)).toBeLessThan(64 + 8 * 6)
    expect(Math.min(...slots)).toBeGreaterThan(64 - 8 * 6)
  })

  it('depends on its key and on every word', () => {
    const words = Int32Array.of(1, 2, 3, 4, 5)
    const base = halfSip(1, 2, words, 0, 5)
    expect(halfSip(1, 3, words, 0, 5)).not.toBe(base)
    expect(halfSip(2, 2, words, 0, 5)).not.toBe(base)
    for (let at = 0; at < 5; at++) {
      const other = words.slice()
      other[at]! ^= 1 << 31
      expect(halfSip(1, 2, other, 0, 5)).not.toBe(base)
    }
  })
})
