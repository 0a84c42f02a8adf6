import { expect, test } from 'vitest'
import { plural } from './plural.ts'

test('one is one, all else is other', () => {
  expect([0, 1, 2, 1234].map(count => plural(count, '# file', '# files'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
    '1,234 files',
  ])
})
