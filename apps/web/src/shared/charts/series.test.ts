import { expect, test } from 'vitest'
import { extended, nearest, paths, thinned, toRates } from './series.ts'

const history = {
  stepSeconds: 10,
  points: [
    { atMs: 20_000, downloadedBytes: 1000, uploadedBytes: 50 },
    { atMs: 50_000, downloadedBytes: 500, uploadedBytes: 0 },
  ],
}

test('steps that a node left out are rates of zero', () => {
  const rates = toRates(history, 10_000, 50_000)
  expect(rates.map(({ down }) => down)).toEqual([0, 100, 0, 0, 50])
  expect(rates.map(({ up }) => up)).toEqual([0, 5, 0, 0, 0])
  expect(rates[0]!.atMs).toBe(10_000)
})

test('points outside the asked span are left out', () => {
  expect(toRates(history, 30_000, 40_000).every(({ down }) => down === 0)).toBe(true)
})

test('thinning keeps the mean', () => {
  const points = Array.from({ length: 1000 }, (_, index) => ({ atMs: index, down: index, up: 1 }))
  const few = thinned(points, 100)
  expect(few).toHaveLength(100)
  expect(few.reduce((sum, { down }) => sum + down, 0) / 100).toBeCloseTo(499.5)
  expect(few[0]).toEqual({ atMs: 0, down: 4.5, up: 1 })
})

test('a line that continues keeps its points', () => {
  const line = (fromMs: number) =>
    Array.from({ length: 600 }, (_, index) => {
      const atMs = fromMs + index * 1000
      return { atMs, down: (atMs / 1000) ** 2 % 97, up: 0 }
    })
  const before = thinned(line(1_000_000), 130)
  const after = thinned(line(1_003_000), 130)
  // The ends are of fewer seconds than before, or of more.
  expect(after.slice(1, -2)).toEqual(before.slice(1, -1))
})

test('a live line forgets what left the span and never runs back', () => {
  const points = [0, 1000, 2000].map(atMs => ({ atMs, down: 1, up: 1 }))
  expect(extended(points, { atMs: 3000, down: 2, up: 2 }, 2000).map(({ atMs }) => atMs)).toEqual([
    1000, 2000, 3000,
  ])
  expect(extended(points, { atMs: 2000, down: 9, up: 9 }, 2000).at(-1)!.down).toBe(9)
})

test('the nearest point is found by halves', () => {
  const points = [0, 10, 20, 30].map(atMs => ({ atMs, down: 0, up: 0 }))
  expect([-5, 4, 6, 14.9, 25.1, 99].map(at => nearest(points, at))).toEqual([0, 0, 1, 1, 3, 3])
  expect(nearest([], 5)).toBe(-1)
})

test('an area closes at the axis', () => {
  const points = [
    { atMs: 0, down: 1, up: 0 },
    { atMs: 10, down: 2, up: 0 },
  ]
  const { line, area } = paths(
    points,
    'down',
    x => x,
    y => 10 - y,
  )
  expect(line).toBe('M0,9L10,8')
  expect(area).toBe('M0,9L10,8L10,10L0,10Z')
})
