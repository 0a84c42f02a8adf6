import { expect, test } from 'vitest'
import { addUp, toTotals } from './totals.ts'

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
  const totals = toTotals(history, 0, 600_000, 48, 0)
  expect(totals).toHaveLength(10)
  expect(totals[1]).toEqual({ fromMs: 60_000, toMs: 120_000, downloadedBytes: 20, uploadedBytes: 2 })
})

test('many steps share stretches of a round length, and the sum stays', () => {
  const totals = toTotals(history, 0, 600_000, 4, 0)
  expect(totals.map(({ downloadedBytes }) => downloadedBytes)).toEqual([30, 5])
  expect(addUp(totals)).toEqual({ downloadedBytes: 35, uploadedBytes: 3 })
})

test('a month in steps of six hours is shown in days, from local midnights', () => {
  const to = Date.UTC(2026, 5, 30, 15, 20)
  const totals = toTotals({ stepSeconds: 21_600, points: [] }, to - 30 * 86_400_000, to, 48, -120)
  expect(totals).toHaveLength(31)
  for (const { fromMs } of totals) expect(new Date(fromMs).getUTCHours()).toBe(22)
})

test('steps that fit no round length are grouped all the same', () => {
  const totals = toTotals({ stepSeconds: 7, points: [] }, 0, 700_000, 10, 0)
  expect(totals).toHaveLength(10)
})
