import { expect, test } from 'vitest'
import { NOTHING, only } from './selection.ts'
import { keyToSelection } from './table-keys.ts'

const order = ['a', 'b', 'c', 'd', 'e', 'f']
const press = (key: string, selection = NOTHING, modifiers: { shiftKey?: boolean; ctrlKey?: boolean } = {}) =>
  keyToSelection({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...modifiers }, selection, order, 3)

test('arrows, pages and ends move the cursor', () => {
  expect(press('ArrowDown')?.cursor).toBe('a')
  expect(press('PageDown', only('a'))?.cursor).toBe('d')
  expect(press('End', only('a'))?.cursor).toBe('f')
  expect(press('Home', only('d'))?.cursor).toBe('a')
})

test('space chooses, ctrl-A chooses all, escape none', () => {
  expect([...press(' ', only('b'))!.ids]).toEqual([])
  expect([...press('a', NOTHING, { ctrlKey: true })!.ids]).toEqual(order)
  expect([...press('Escape', only('b'))!.ids]).toEqual([])
  expect(press('Escape', only('b'))!.cursor).toBe('b')
})

test('keys of others are left to them', () => {
  expect(press('Escape')).toBe(null)
  expect(press('x', only('a'))).toBe(null)
  expect(press('j', only('a'), { ctrlKey: true })).toBe(null)
  expect(press(' ')).toBe(null)
})
