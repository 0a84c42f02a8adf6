import fc from 'fast-check'
import { expect, test } from 'vitest'
import { marked } from './marked.ts'

test('matches are marked and the rest is not', () => {
  expect(marked('the calm sea', [[4, 8]]).map(({ part, hit }) => [part, hit])).toEqual([
    ['the ', false],
    ['calm', true],
    [' sea', false],
  ])
})

test('whatever the matches are, all of the text is there once', () => {
  const match = fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 }))
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(match, { maxLength: 6 }), (text, matches) => {
      const parts = marked(text, matches)
      expect(parts.map(({ part }) => part).join('')).toBe(text)
      expect(new Set(parts.map(({ at }) => at)).size).toBe(parts.length)
    }),
  )
})
