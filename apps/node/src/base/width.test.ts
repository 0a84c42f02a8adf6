import { printable } from '@shoal/daemon/printable'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { NARROW, pad, shorten, widthOf, wrap } from './width.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 60 })

describe('width', () => {
  test.each([
    ['abc', 3],
    ['e\u0301', 1],
    ['日本', 4],
    ['👩‍👩‍👧', 2],
    ['', 0],
    ['ทำ', 2],
    ['Füße – „groß“ …', 15],
  ])('%s', (text, width) => expect(widthOf(text)).toBe(width))

  test('shortened text fits the width and keeps both ends', () => {
    expect(shorten('a-long-name.mkv', 9)).toBe('a-lo….mkv')
    fc.assert(
      fc.property(anyText, fc.nat(40), fc.boolean(), (text, columns, unicode) => {
        expect(widthOf(shorten(printable(text), columns, { unicode }))).toBeLessThanOrEqual(columns)
      }),
    )
  })

  test('characters that count as narrow are narrow', () => {
    for (let code = 0; code < 0x3000; code++) {
      const character = String.fromCodePoint(code)
      if (NARROW.test(character)) expect(stringWidth(character)).toBe(1)
    }
  })

  test('padding counts columns, not characters', () => expect(pad('日本', 6)).toBe('日本  '))
})

test('lines break between words', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('', 7)).toEqual([])
})
