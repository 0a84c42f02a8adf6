import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quoteWord, splitLine, splitWords } from './split.ts'

describe('words of a line', () => {
  test.each([
    ['', []],
    ['  list   --watch ', ['list', '--watch']],
    [`add "magnet:?xt=a&dn=b c"`, ['add', 'magnet:?xt=a&dn=b c']],
    [`a 'it is "so"' b`, ['a', 'it is "so"', 'b']],
    [`'it'\\''s'`, ["it's"]],
    [`"a \\"b\\" \\n $x"`, ['a "b" \\n $x']],
    ['two\\ words', ['two words']],
    [`--label ""`, ['--label', '']],
    [`--out='a b'/c`, ['--out=a b/c']],
    ['list # all of them', ['list']],
    ['a#b', ['a#b']],
  ])('%s', (line, words) => expect(splitWords(line)).toEqual(words))

  test.each([
    ['a "b', /a quote is not closed: "/],
    ["a 'b", /a quote is not closed: '/],
    ['a \\', /ends with a backslash/],
  ])('rejects %s', (line, message) => expect(() => splitWords(line)).toThrow(message))

  test('knows where the last word begins while it is typed', () => {
    expect(splitLine('show "Old fi')).toEqual({ words: ['show', 'Old fi'], open: '"', lastStart: 5 })
    expect(splitLine('show ')).toEqual({ words: ['show'], open: null, lastStart: 5 })
  })

  test('quoting a word and splitting it returns the same word', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 0, unit: 'binary' })), words => {
        expect(splitWords(words.map(quoteWord).join(' '))).toEqual(words)
      }),
    )
  })
})
