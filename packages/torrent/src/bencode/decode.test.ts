import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { decode, decodePrefix, decodeRaw, MAX_INTEGER_DIGITS, MAX_KEY_BYTES } from './decode.ts'
import { encode } from './encode.ts'
import type { BencodeValue } from './values.ts'

const bytesOf = (text: string) => fromLatin1(text)

/** Any value that decoding can return. */
const values = fc.letrec<{ value: BencodeValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger().map(integer => integer + 0),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
    fc.bigInt({ min: -(2n ** 200n), max: -(2n ** 53n) }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .array(fc.tuple(fc.uint8Array({ maxLength: 12 }).map(latin1), tie('value')), { maxLength: 6 })
      .map(entries => new Map([...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1)))),
  ),
})).value

describe('decode', () => {
  it('returns whatever was encoded', () => {
    fc.assert(
      fc.property(values, value => {
        expect(decode(encode(value))).toEqual(value)
      }),
    )
  })

  it('accepts only the canonical encoding', () => {
    const alphabet = fc.constantFrom(...'0123456789:-ilde')
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 24 }), letters => {
        const text = letters.join('')
        let value: BencodeValue
        try {
          value = decode(bytesOf(text))
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-bencode' })
          return
        }
        expect(latin1(encode(value))).toBe(text)
      }),
      { numRuns: 5000 },
    )
  })

  it('returns a value or throws bad-bencode for arbitrary and for damaged bytes', () => {
    const damaged = fc
      .tuple(values, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
      .map(([value, at, byte, cut]) => {
        const bytes = encode(value)
        bytes[at % bytes.length] = byte
        return bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length)
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), bytes => {
        try {
          decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ShoalError)
          expect(error).toMatchObject({ code: 'bad-bencode' })
        }
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['', 'ends too early at byte 0'],
    ['i', 'ends too early at byte 1'],
    ['ie', 'malformed integer at byte 0'],
    ['i-e', 'malformed integer at byte 0'],
    ['i1.5e', 'malformed integer at byte 0'],
    ['i+1e', 'malformed integer at byte 0'],
    ['i03e', 'leading zero at byte 0'],
    ['i00e', 'leading zero at byte 0'],
    ['i-0e', 'leading zero at byte 0'],
    ['i-03e', 'leading zero at byte 0'],
    ['l', 'ends too early at byte 1'],
    ['li1e', 'ends too early at byte 4'],
    ['e', 'no value at byte 0'],
    ['-1:a', 'no value at byte 0'],
    ['4:spa', 'longer than the data at byte 0'],
    ['99999999999999999999:a', 'longer than the data at byte 0'],
    ['04:spam', 'leading zero at byte 0'],
    ['00:', 'leading zero at byte 0'],
    ['4', 'longer than the data at byte 0'],
    ['1x', 'malformed string length at byte 0'],
    ['di1ei2ee', 'malformed string length at byte 1'],
    ['d1:ae', 'no value at byte 4'],
    ['d1:bi1e1:ai2ee', 'key out of order at byte 7'],
    ['d1:ai1e1:ai2ee', 'repeats a key at byte 7'],
    ['i1ei2e', '3 trailing bytes at byte 3'],
  ])('rejects %j', (text, message) => {
    expect(() => decode(bytesOf(text))).toThrow(message)
  })

  it('accepts unsorted keys if unsortedKeys is set, but never the same key twice', () => {
    const unsortedKeys = true
    expect(decode(bytesOf('d1:bi1e1:ai2ee'), { unsortedKeys })).toEqual(
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    )
    expect(() => decode(bytesOf('d1:bi1e1:ai2e1:bi3ee'), { unsortedKeys })).toThrow('repeats a key')
  })

  it('keeps integers exact beyond 2^53', () => {
    expect(decode(bytesOf('i9007199254740991e'))).toBe(Number.MAX_SAFE_INTEGER)
    expect(decode(bytesOf('i9007199254740992e'))).toBe(9007199254740992n)
    expect(decode(bytesOf('i9007199254740993e'))).toBe(9007199254740993n)
    expect(decode(bytesOf('i-9007199254740993e'))).toBe(-9007199254740993n)
  })

  it('enforces its limits', () => {
    const nested = (depth: number) => bytesOf('l'.repeat(depth) + 'e'.repeat(depth))
    expect(() => decode(nested(32))).not.toThrow()
    expect(() => decode(nested(33))).toThrow('nests deeper than 32')
    expect(() => decode(nested(1_000_000), { depth: Number.POSITIVE_INFINITY })).toThrow('deeper than 512')
    expect(() => decode(bytesOf(`l${'le'.repeat(9)}e`), { items: 10 })).not.toThrow()
    expect(() => decode(bytesOf(`l${'le'.repeat(10)}e`), { items: 10 })).toThrow('more than 10 values')
    const key = (length: number) => bytesOf(`d${length}:${'k'.repeat(length)}0:e`)
    expect(() => decode(key(MAX_KEY_BYTES))).not.toThrow()
    expect(() => decode(key(MAX_KEY_BYTES + 1))).toThrow('key longer than')
    expect(() => decode(bytesOf(`i${'9'.repeat(MAX_INTEGER_DIGITS)}e`))).not.toThrow()
    expect(() => decode(bytesOf(`i${'9'.repeat(MAX_INTEGER_DIGITS + 1)}e`))).toThrow('digits')
  })

  it('keeps every byte of a key, and keys that would break a plain object', () => {
    const all = latin1(Uint8Array.from({ length: 256 }, (_, byte) => byte))
    const decoded = decode(
      encode(
        new Map([
          ['__proto__', 1 as BencodeValue],
          [all, 2],
        ]),
      ),
    )
    expect(decoded).toEqual(
      new Map([
        [all, 2],
        ['__proto__', 1],
      ]),
    )
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('returns plain views of the input, even of a subclass such as Buffer', () => {
    class TaggedBytes extends Uint8Array {}
    const input = TaggedBytes.from(bytesOf('4:spam'))
    const value = decode(input) as Uint8Array
    expect(value.constructor).toBe(Uint8Array)
    expect(value.buffer).toBe(input.buffer)
    expect(latin1(value)).toBe('spam')
  })
})

describe('decodePrefix', () => {
  it('returns where the value ends, and ignores what follows', () => {
    // BEP 9: a data message is a dictionary followed by raw bytes.
    const { value, end } = decodePrefix(bytesOf('d8:msg_typei1e5:piecei0eexxxx'))
    expect(value).toEqual(
      new Map([
        ['msg_type', 1],
        ['piece', 0],
      ]),
    )
    expect(end).toBe(25)
  })
})

describe('decodeRaw', () => {
  it('returns the bytes of a value exactly as they were written', () => {
    const raw = decodeRaw(bytesOf('d4:infod1:bi1e1:ai2ee1:z0:e'), { unsortedKeys: true })
    expect(latin1(raw.raw('info')!)).toBe('d1:bi1e1:ai2ee')
    expect(raw.raw('z')).toEqual(utf8('0:'))
    expect(raw.raw('b')).toBeUndefined()
  })

  it('rejects a value that is not a dictionary', () => {
    expect(() => decodeRaw(bytesOf('le'))).toThrow('no dictionary at byte 0')
  })
})
