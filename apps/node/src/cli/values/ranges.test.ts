import { UsageError } from '@shoal/options'
import { expect, test } from 'vitest'
import { parseIndexes } from './ranges.ts'

test.each([
  ['0', [0]],
  ['0,2-4', [0, 2, 3, 4]],
  [' 3 , 1-2,2', [1, 2, 3]],
])('%s', (text, indexes) => expect(parseIndexes(text)).toEqual(indexes))

test.each(['', 'a', '4-2', '-1', '1,', '0-99999999', '1-2-3'])('rejects %s', text =>
  expect(() => parseIndexes(text)).toThrow(UsageError),
)
