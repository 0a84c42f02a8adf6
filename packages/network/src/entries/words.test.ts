import { expect, test } from 'vitest'
import { foldInPlace, splitWords } from './words.ts'

test.each([
  ['Le Café_noir.2026', ['le', 'cafe', 'noir', '2026']],
  ['STRASSE Straße', ['strasse', 'strasse']],
  ['東京 tower', ['東', '京', 'tower']],
  // In lower case, the first letter becomes two characters.
  ['İSTANBUL', ['istanbul']],
])('the words of %j', (text, words) => {
  expect(splitWords(text)).toEqual(words)
})

test.each(['İSTANBUL Ünal', 'Ǆ ﬀ ΐ', 'x'])('%j keeps its length when it is folded', text => {
  expect(foldInPlace(text)).toHaveLength(text.length)
})
