import { expect, test } from 'vitest'
import { MAX_FEED_TITLE, readFilterText, titleTest } from './matching.ts'

const fits = (include: string, exclude: string, title: string) =>
  titleTest({ include, exclude }, pattern => {
    const expression = new RegExp(pattern, 'i')
    return short => expression.test(short)
  })(title)

test.each([
  ['  ', { kind: 'nothing' }],
  ['Two  Words', { kind: 'words', words: ['two', 'words'] }],
  ['/a b/', { kind: 'pattern', pattern: 'a b' }],
  [' /a/b/i ', { kind: 'pattern', pattern: 'a/b' }],
  // An empty pattern.
  ['//', { kind: 'words', words: ['//'] }],
  ['/a/g', { kind: 'words', words: ['/a/g'] }],
])('%j is parsed as %j', (text, expected) => {
  expect(readFilterText(text)).toEqual(expected)
})

test.each([
  ['', '', 'anything', true],
  ['debian ISO', '', 'Debian 13 netinst.iso', true],
  ['debian iso', '', 'Debian 13 netinst.img', false],
  ['', 'arm64 i386', 'Debian 13 i386', false],
  ['', 'arm64 i386', 'Debian 13 amd64', true],
  ['/^debian-\\d+/', '', 'Debian-13.1', true],
  ['/s\\d\\d/', '/\\bcam\\b/', 'Show S01 CAM', false],
  // Special characters in words have no special meaning.
  ['a.c', '', 'abc', false],
  // Unicode spellings of the same letter are equal in words.
  ['4k', '', 'Spring ４Ｋ', true],
  ['über', '', 'u\u0308ber', true],
])('include %j, exclude %j: %j is %j', (include, exclude, title, expected) => {
  expect(fits(include, exclude, title)).toBe(expected)
})

test('only the first 500 units of a title are compared', () => {
  const title = `${'x'.repeat(MAX_FEED_TITLE - 4)}1234word`
  expect(fits('1234', '', title)).toBe(true)
  expect(fits('word', '', title)).toBe(false)
  expect(fits('', '/word/', title)).toBe(true)
})

test('an invalid pattern is reported with its field', () => {
  const refuse = (pattern: string, member: string) => {
    throw new Error(`${member}: ${pattern}`)
  }
  expect(() => titleTest({ include: 'a', exclude: '/(/' }, refuse)).toThrow('exclude: (')
})
