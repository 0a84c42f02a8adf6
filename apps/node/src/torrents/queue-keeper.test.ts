import { expect, test } from 'vitest'
import { reordered } from './queue-keeper.ts'

const ORDER = ['a', 'b', 'c', 'd']
const move = (moved: string, how: Parameters<typeof reordered>[2]) =>
  reordered(ORDER, new Set(moved), how).join('')

test('those that are moved keep their order among themselves', () => {
  expect(move('bd', 'queue-first')).toBe('bdac')
  expect(move('ac', 'queue-last')).toBe('bdac')
  expect(move('cd', 'queue-up')).toBe('acdb')
  expect(move('ab', 'queue-down')).toBe('cabd')
})

test('what is at the end already stays there', () => {
  expect(move('ab', 'queue-up')).toBe('abcd')
  expect(move('ac', 'queue-up')).toBe('acbd')
  expect(move('cd', 'queue-down')).toBe('abcd')
})
