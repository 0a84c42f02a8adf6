import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linear, niceTicks, timeTicks } from './scale.ts'

test('an axis has round steps and ends at or above the highest value', () => {
  expect(niceTicks(870_000)).toEqual([0, 500_000, 1_000_000])
  expect(niceTicks(7)).toEqual([0, 2, 4, 6, 8])
  expect(niceTicks(1000, 5)).toEqual([0, 200, 400, 600, 800, 1000])
})

test('an axis of zeros ends at the floor rather than nowhere', () => {
  expect(niceTicks(0, 4, 1000).at(-1)).toBe(1000)
})

test('any highest value gets few lines that hold it', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e13, noNaN: true }), max => {
      const ticks = niceTicks(max)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.length).toBeLessThan(8)
      expect(ticks.at(-1)!).toBeGreaterThanOrEqual(max * (1 - 1e-9))
    }),
  )
})

test('lines of an hour stand on round minutes', () => {
  const from = Date.UTC(2026, 0, 5, 10, 7, 12)
  const ticks = timeTicks(from, from + 3_600_000)
  expect(ticks.length).toBeLessThanOrEqual(6)
  for (const tick of ticks) expect(new Date(tick).getUTCMinutes() % 10).toBe(0)
})

test('lines of a day stand on the hours of the local zone', () => {
  // India: 5 hours 30 minutes ahead.
  const ticks = timeTicks(Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 6), 6, -330)
  for (const tick of ticks) expect((tick / 60_000 + 330) % 60).toBe(0)
})

test('a map of one point does not divide by zero', () => {
  expect(linear([5, 5], [0, 100])(5)).toBe(0)
  expect(linear([0, 10], [100, 0])(2)).toBe(80)
})
