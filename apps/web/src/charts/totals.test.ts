import { expect, test } from 'vitest'
import { sumOf, totalsOf } from './totals.ts'

const history = {
  stepSeconds: 60,
  points: [
    { atMs: 0, downloadedBytes: 10, uploadedBytes: 1 },
    { atMs: 60_000, downloadedBytes: 20, uploadedBytes: 2 },
    { atMs: 540_000, downloadedBytes: 5, uploadedBytes: 0 },
    { atMs: 999_999_000, downloadedBytes: 99, uploadedBytes: 99 },
  ],
}

test('each step is a stretch while there are few', () => {
  const totals = totalsOf(history, 0, 600_000)
  expect(totals).toHaveLength(10)
  expect(totals[1]).toEqual({ fromMs: 60_000, toMs: 120_000, downloadedBytes: 20, uploadedBytes: 2 })
})

test('many steps share stretches, and the sum stays', () => {
  const totals = totalsOf(history, 0, 600_000, 4)
  expect(totals.map(({ downloadedBytes }) => downloadedBytes)).toEqual([30, 0, 0, 5])
  expect(totals.at(-1)!.toMs).toBe(600_000)
  expect(sumOf(totals)).toEqual({ downloadedBytes: 35, uploadedBytes: 3 })
})
