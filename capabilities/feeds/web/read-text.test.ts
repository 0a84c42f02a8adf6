import { expect, test } from 'vitest'
import { readText } from './read-text.ts'

test('a feed that cannot be read is distinguished from one that was not read yet', () => {
  expect(readText({ fetchedMs: null, error: null })).toBe('Not read yet')
  expect(readText({ fetchedMs: null, error: 'this is not an RSS or Atom feed' })).toBe('Could not be read')
  expect(readText({ fetchedMs: Date.now(), error: null })).toMatch(/^Read /)
  expect(readText({ fetchedMs: Date.now(), error: 'no answer' })).toMatch(/^Read /)
})
