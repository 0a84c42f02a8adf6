import { expect, test } from 'vitest'
import { isSameOrder, settleOrder } from './row-order.ts'

test('rows take the order of the node until somebody looks at them', () => {
  expect(settleOrder(['a', 'b'], ['c', 'b', 'a'], false)).toEqual(['c', 'b', 'a'])
})

test('held rows stay where they are, and better ones come after them', () => {
  expect(settleOrder(['a', 'b'], ['d', 'c', 'b', 'a'], true)).toEqual(['a', 'b', 'd', 'c'])
  expect(settleOrder([], ['b', 'a'], true)).toEqual(['b', 'a'])
})

test('rows that are gone are not shown', () => {
  expect(settleOrder(['a', 'b', 'c'], ['c', 'a'], true)).toEqual(['a', 'c'])
})

test('orders are compared by place', () => {
  expect(isSameOrder(['a', 'b'], ['a', 'b'])).toBe(true)
  expect(isSameOrder(['a', 'b'], ['b', 'a'])).toBe(false)
  expect(isSameOrder(['a'], ['a', 'b'])).toBe(false)
})
