import { expect, test } from 'vitest'
import { editDistance, nearest, sharingWords } from './suggest.ts'

const WORDS = ['share', 'get', 'seed', 'create', 'info', 'check']

test.each([
  ['crate', 'create'],
  ['chekc', 'check'],
  ['inof', 'info'],
  ['SEED', 'seed'],
  ['cre', 'create'],
  ['zzzzz', null],
  ['x', null],
])('%s', (typed, meant) => expect(nearest(typed, WORDS)).toBe(meant))

test('two swapped letters count as one mistake', () => {
  expect(editDistance('info', 'inof')).toBe(1)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('same', 'same')).toBe(0)
})

test('does not compare very long words', () => {
  expect(nearest('x'.repeat(1_000_000), WORDS)).toBeNull()
})

test.each([
  ['--delete-files', '--delete-data'],
  ['--filter', null],
  ['--limit', null],
  ['--no-such', null],
])('%s shares words with %s', (typed, meant) => {
  const names = ['--delete-data', '--yes', '--limit-up', '--limit-down', '--no-dht']
  expect(sharingWords(typed, names)).toBe(meant)
})
