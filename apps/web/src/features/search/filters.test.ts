import { expect, test } from 'vitest'
import { queryOf } from './filters.ts'

const NOW = Date.UTC(2026, 4, 20, 15)

test('an address has the whole search', () => {
  const address = 'q=+harbour+map&kind=picture&size=medium&age=week&language=de&license=CC0-1.0'
  expect(queryOf(new URLSearchParams(address), NOW)).toEqual({
    text: 'harbour map',
    kind: 'picture',
    minBytes: 100e6,
    maxBytes: 1e9,
    publishedAfterMs: Date.UTC(2026, 4, 13),
    language: 'de',
    license: 'CC0-1.0',
  })
})

test('unknown values are ignored', () => {
  expect(queryOf(new URLSearchParams('q=sea&kind=cat&size=9&age=old&language='), NOW)).toEqual({
    text: 'sea',
  })
})
