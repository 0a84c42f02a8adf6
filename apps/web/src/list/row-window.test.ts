import { expect, test } from 'vitest'
import { scrollTopFor, windowAt } from './row-window.ts'

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
  expect(windowAt({ scrollTopPx: 100_000, heightPx: HEIGHT }, ROW, 3)).toEqual({ first: 3, end: 3 })
  expect(windowAt({ scrollTopPx: 0, heightPx: HEIGHT }, ROW, 0)).toEqual({ first: 0, end: 0 })
})

test('a row out of sight is scrolled to with its neighbour; one in sight stays where it is', () => {
  const viewport = { scrollTopPx: 420, heightPx: HEIGHT }
  expect(scrollTopFor(15, viewport, ROW)).toBeNull()
  expect(scrollTopFor(9, viewport, ROW)).toBe(8 * ROW)
  expect(scrollTopFor(0, viewport, ROW)).toBe(0)
  expect(scrollTopFor(100, viewport, ROW)).toBe(102 * ROW - HEIGHT)
})
