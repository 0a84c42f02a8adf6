import { expect, test } from 'vitest'
import { listSlots, scrollTopFor, windowAt } from './row-window.ts'

const HEIGHT = 700
const ROW = 42

test('all rows in sight are there, wherever the list is, and few others', () => {
  for (let scrollTopPx = 0; scrollTopPx < 5000 * ROW; scrollTopPx += 997) {
    const { first, end } = windowAt({ scrollTopPx, heightPx: HEIGHT }, ROW, 5000)
    expect(first).toBeLessThanOrEqual(Math.floor(scrollTopPx / ROW))
    expect(end).toBeGreaterThanOrEqual(Math.min(5000, Math.ceil((scrollTopPx + HEIGHT) / ROW)))
    expect(end - first).toBeLessThanOrEqual(HEIGHT / ROW + 24)
  }
})

test('a list that became short has no rows beyond its end', () => {
  expect(windowAt({ scrollTopPx: 100_000, heightPx: HEIGHT }, ROW, 3)).toEqual({ first: 0, end: 3 })
  expect(windowAt({ scrollTopPx: 0, heightPx: HEIGHT }, ROW, 0)).toEqual({ first: 0, end: 0 })
})

test('a row out of sight is scrolled to with its neighbour; one in sight stays where it is', () => {
  const viewport = { scrollTopPx: 420, heightPx: HEIGHT }
  expect(scrollTopFor(15, viewport, ROW)).toBeNull()
  expect(scrollTopFor(9, viewport, ROW)).toBe(8 * ROW)
  expect(scrollTopFor(0, viewport, ROW)).toBe(0)
  expect(scrollTopFor(100, viewport, ROW)).toBe(102 * ROW - HEIGHT)
})

test('rows that stay keep their slots, whichever way and however far the window moves', () => {
  for (const [from, to] of [
    [0, 1],
    [100, 93],
    [100, 4000],
  ]) {
    const before = listSlots({ first: from!, end: from! + 30 })
    const after = listSlots({ first: to!, end: to! + 30 })
    expect(after.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => to! + at))
    for (const [slot, index] of after.entries()) if (before.includes(index)) expect(before[slot]).toBe(index)
  }
  expect(listSlots({ first: 0, end: 0 })).toEqual([])
})
