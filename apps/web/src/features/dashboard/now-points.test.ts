import type { NodeStats } from '@shoal/api'
import { expect, test } from 'vitest'
import { NOW_SPAN_MS, nowPoints } from './now-points.ts'

const MINUTE_MS = 60_000
const TO_MS = 1000 * MINUTE_MS + 30_000
const heard = (...secondsAgo: number[]) =>
  secondsAgo.map(seconds => ({
    atMs: TO_MS - seconds * 1000,
    downloadBytesPerSecond: 7,
    uploadBytesPerSecond: 3,
  })) as NodeStats[]
const history = (minutes: readonly number[], atMs = TO_MS) => ({
  history: {
    stepSeconds: 60,
    points: minutes.map(minute => ({ atMs: minute * MINUTE_MS, downloadedBytes: 600, uploadedBytes: 60 })),
  },
  atMs,
})

test('without a history it is what was heard', () => {
  expect(nowPoints(heard(2, 1), undefined, TO_MS)).toEqual([
    { atMs: TO_MS - 2000, down: 7, up: 3 },
    { atMs: TO_MS - 1000, down: 7, up: 3 },
  ])
})

test('before what was heard are the means of whole steps, and nothing where nothing moved', () => {
  const points = nowPoints(heard(0), history([997, 999, 1000]), TO_MS)
  // Level lines: a minute at 10 is drawn as one, not as a slope between two.
  expect(points.slice(-7)).toEqual([
    { atMs: 997 * MINUTE_MS, down: 10, up: 1 },
    { atMs: 998 * MINUTE_MS - 1, down: 10, up: 1 },
    { atMs: 998 * MINUTE_MS, down: 0, up: 0 },
    { atMs: 999 * MINUTE_MS - 1, down: 0, up: 0 },
    { atMs: 999 * MINUTE_MS, down: 10, up: 1 },
    { atMs: 1000 * MINUTE_MS - 1, down: 10, up: 1 },
    { atMs: TO_MS, down: 7, up: 3 },
  ])
  // The line comes in from the left of the picture.
  expect(points[0]!.atMs).toBeLessThanOrEqual(TO_MS - NOW_SPAN_MS)
})

test('what was heard counts where both are known, and times only go up', () => {
  const points = nowPoints(
    heard(...Array.from({ length: 120 }, (_, at) => 119 - at)),
    history([998, 999]),
    TO_MS,
  )
  const times = points.map(({ atMs }) => atMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(points.filter(({ atMs }) => atMs > TO_MS - 119_000).every(({ down }) => down === 7)).toBe(true)
})

test('a history that was asked a while ago ends where it ended', () => {
  const points = nowPoints([], history([990, 995], TO_MS - 4 * MINUTE_MS), TO_MS)
  expect(points.at(-1)).toEqual({ atMs: 996 * MINUTE_MS - 1, down: 10, up: 1 })
})
