import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findWords, splitQuery } from './find-words.ts'

const marked = (text: string, ...words: string[]) =>
  findWords(text, words).map(([start, end]) => text.slice(start, end))

test('words are found at the beginning of words, whatever the case and the accents', () => {
  expect(marked('Hafen: der HÄFEN-Plan', 'hafen', 'plan')).toEqual(['Hafen', 'HÄFEN', 'Plan'])
  expect(marked('Seaside, the sea, nausea', 'sea')).toEqual(['Sea', 'sea'])
  expect(marked('Ca\u0301diz', 'cadiz')).toEqual(['Ca\u0301diz'])
  expect(marked('ﬁlm', 'film')).toEqual(['ﬁlm'])
})

test('a query is divided into the words that must be there', () => {
  expect(splitQuery(' "open sea"  -storm harbour ')).toEqual(['open', 'sea', 'harbour'])
})

test('whatever the text is, ranges are in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 3 }), (text, word) => {
      for (const [start, end] of findWords(text, [word])) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(text.length)
        expect(end).toBeGreaterThanOrEqual(start)
      }
    }),
  )
})
