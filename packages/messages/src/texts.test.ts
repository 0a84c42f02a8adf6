import { expect, expectTypeOf, test } from 'vitest'
import { findText, toTexts } from './texts.ts'

const catalog = {
  title: 'Transfers',
  column: { width: 'Width of {column}', other: 'Others' },
  selected: { one: '{count} torrent selected', other: '{count} torrents selected' },
  moved: { one: '{name}: {count} file moved', other: '{name}: {count} files moved' },
} as const

test('a message without arguments is a string, one with arguments a function', () => {
  const texts = toTexts(catalog, 'en')
  expect(texts.title).toBe('Transfers')
  expect(texts.column.width({ column: 'Name' })).toBe('Width of Name')
  expectTypeOf(texts.title).toEqualTypeOf<string>()
  expectTypeOf(texts.selected).toEqualTypeOf<(values: { readonly count: number }) => string>()
  // @ts-expect-error: an argument is missing
  texts.moved({ count: 1 })
})

test('chooses the plural form by the rules of the language', () => {
  const texts = toTexts(catalog, 'en')
  expect([0, 1, 2].map(count => texts.selected({ count }))).toEqual([
    '0 torrents selected',
    '1 torrent selected',
    '2 torrents selected',
  ])
  const forms = { one: '{count} plik', few: '{count} pliki', many: '{count} plików', other: '{count} pliku' }
  const polish = toTexts({ files: forms }, 'pl')
  expect([1, 3, 5, 1.5].map(count => polish.files({ count }))).toEqual([
    '1 plik',
    '3 pliki',
    '5 plików',
    '1,5 pliku',
  ])
})

test('writes numbers in the way of the language', () => {
  expect(toTexts(catalog, 'de').selected({ count: 12_345 })).toBe('12.345 torrents selected')
  expect(toTexts(catalog, 'en').moved({ name: 'film', count: 12_345 })).toBe('film: 12,345 files moved')
})

test('does not replace braces that come with a value', () => {
  expect(toTexts(catalog, 'en').moved({ name: '{count} $& $1', count: 1 })).toBe(
    '{count} $& $1: 1 file moved',
  )
})

test('a group with a message named "other" stays a group', () => {
  expect(toTexts(catalog, 'en').column.other).toBe('Others')
})

test('finds a text by its name', () => {
  const texts = toTexts(catalog, 'en')
  expect(['title', 'column', 'moved', 'toString'].map(name => findText(texts, name))).toEqual([
    'Transfers',
    undefined,
    undefined,
    undefined,
  ])
})
