import { expect, test } from 'vitest'
import { everything, extended, kept, moved, NOTHING, only, toggled } from './selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const list = (selection: { ids: ReadonlySet<string> }) => [...selection.ids]

test('a click chooses one, ctrl adds and takes away', () => {
  const one = only('b')
  const two = toggled(one, 'd')
  expect(list(two)).toEqual(['b', 'd'])
  expect(list(toggled(two, 'b'))).toEqual(['d'])
})

test('shift chooses from the anchor to here, and again from the same anchor', () => {
  const range = extended(only('c'), 'e', order)
  expect(list(range)).toEqual(['c', 'd', 'e'])
  expect(list(extended(range, 'a', order))).toEqual(['a', 'b', 'c'])
})

test('shift without an anchor that is still there chooses one', () => {
  expect(list(extended(NOTHING, 'c', order))).toEqual(['c'])
  expect(list(extended(only('gone'), 'c', order))).toEqual(['c'])
})

test('arrows stop at the ends, and begin at an end', () => {
  expect(moved(NOTHING, 1, order).cursor).toBe('a')
  expect(moved(NOTHING, -1, order).cursor).toBe('e')
  expect(moved(only('e'), 1, order).cursor).toBe('e')
  expect(moved(only('b'), -10, order).cursor).toBe('a')
  expect(moved(NOTHING, 1, []).cursor).toBe(null)
})

test('shift and arrows grow and shrink a range; ctrl only moves', () => {
  const grown = moved(moved(only('b'), 1, order, 'extend'), 1, order, 'extend')
  expect(list(grown)).toEqual(['b', 'c', 'd'])
  expect(list(moved(grown, -1, order, 'extend'))).toEqual(['b', 'c'])
  const elsewhere = moved(grown, 1, order, 'keep')
  expect(list(elsewhere)).toEqual(['b', 'c', 'd'])
  expect(elsewhere.cursor).toBe('e')
})

test('rows that went are no longer chosen, and the keyboard stays at their place', () => {
  const selection = extended(only('b'), 'c', order)
  const after = kept(selection, ['a', 'd', 'e'], order)
  expect(list(after)).toEqual([])
  expect(after.cursor).toBe('e')
  expect(kept(selection, order, order)).toBe(selection)
})

test('all of the list is chosen, and what comes later is not', () => {
  const all = everything(NOTHING, order)
  expect(list(all)).toEqual(order)
  expect(kept(all, [...order, 'f'], order)).toBe(all)
})
