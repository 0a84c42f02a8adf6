import { expect, test } from 'vitest'
import { parseRange } from './range.ts'

test.each([
  ['bytes=0-', { start: 0, end: 1000 }],
  ['bytes=10-19', { start: 10, end: 20 }],
  ['bytes=990-5000', { start: 990, end: 1000 }],
  ['bytes=-100', { start: 900, end: 1000 }],
  ['bytes=-5000', { start: 0, end: 1000 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
])('%s of 1000 bytes', (header, range) => {
  expect(parseRange(header, 1000)).toEqual(range)
})

test.each([null, '', 'bytes=-', 'bytes=5-4', 'bytes=0-1,5-6', 'items=0-1', 'bytes=a-b'])(
  '%s gives the whole file',
  header => {
    expect(parseRange(header, 1000)).toBeNull()
  },
)
