import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../base/bytes.ts'
import { type BencodeInput, Encoded, encode } from './encode.ts'

const text = (value: BencodeInput) => latin1(encode(value))

describe('encode', () => {
  it('writes the examples of BEP 3', () => {
    expect(text('spam')).toBe('4:spam')
    expect(text(3)).toBe('i3e')
    expect(text(-3)).toBe('i-3e')
    expect(text(-0)).toBe('i0e')
    expect(text(['spam', 'eggs'])).toBe('l4:spam4:eggse')
    expect(text({ cow: 'moo', spam: 'eggs' })).toBe('d3:cow3:moo4:spam4:eggse')
    expect(text({ spam: ['a', 'b'] })).toBe('d4:spaml1:a1:bee')
  })

  it('sorts keys of objects and Maps as bytes', () => {
    const sorted = 'd1:Bi0e1:ai0e2:aai0e1:\xffi0ee'
    expect(text({ aa: 0, '\xff': 0, a: 0, B: 0 })).toBe(sorted)
    expect(text(new Map(['aa', '\xff', 'a', 'B'].map(key => [key, 0])))).toBe(sorted)
    // An object lists these two in numeric order, which is not their order as bytes.
    expect(text({ 9: 0, 10: 0 })).toBe('d2:10i0e1:9i0ee')
  })

  it('leaves out entries that are undefined', () => {
    expect(text({ a: undefined, b: 1 })).toBe('d1:bi1ee')
  })

  it('writes strings as UTF-8, and bytes and encoded values verbatim', () => {
    expect(text('é')).toBe('2:\xc3\xa9')
    expect(text(fromLatin1('\x00\xff'))).toBe('2:\x00\xff')
    expect(text({ info: new Encoded(fromLatin1('d1:bi1e1:ai2ee')) })).toBe('d4:infod1:bi1e1:ai2eee')
  })

  it('grows to any size', () => {
    const bytes = new Uint8Array(100_000).fill(7)
    expect(encode([bytes, bytes]).length).toBe(2 * 100_007 + 2)
  })

  it('rejects values that have no bencoding', () => {
    const loop: BencodeInput[] = []
    loop.push(loop)
    for (const value of [1.5, Number.NaN, 2 ** 53, loop, { ключ: 1 }, null, true, [undefined]]) {
      expect(() => encode(value as BencodeInput)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
    }
  })
})
