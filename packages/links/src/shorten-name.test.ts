import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortenName } from './shorten-name.ts'

const sizeOf = (text: string) => Buffer.byteLength(text)

test.each([
  ['Harbour.mp4', 32, 'Harbour.mp4'],
  ['A rather long name of a film.mp4', 20, 'A rather long….mp4'],
  ['A folder with a dot. And more words', 20, 'A folder with a d…'],
  // A letter with its accent, and a family of four, are each one character.
  ['Cafe\u0301s', 8, 'Cafe\u0301s'],
  ['Cafe\u0301 bar', 8, 'Caf…'],
  ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 32, '👨‍👩‍👧‍👦…'],
])('%s in %i bytes is %s', (name, bytes, short) => expect(shortenName(name, bytes)).toBe(short))

test('a name has at most the bytes that it may have, and stays well-formed', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.integer({ min: 16, max: 120 }),
      (name, bytes) => {
        const short = shortenName(name, bytes)
        expect(sizeOf(short)).toBeLessThanOrEqual(bytes)
        expect(short.isWellFormed()).toBe(true)
        if (sizeOf(name) <= bytes) expect(short).toBe(name)
      },
    ),
  )
})
