import { expect, test } from 'vitest'
import { rangesOf } from './archive.ts'

test.each([
  [[0], '0'],
  [[0, 1, 2, 5, 7, 8], '0-2,5,7-8'],
  [[3, 9], '3,9'],
])('%j is %s', (indices, text) => expect(rangesOf(indices)).toBe(text))
