import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { askedRetryMs, intervalMs, refreshAfterMs, retryAfterMs, withJitter } from './timing.ts'

it('keeps every delay within its bounds, whatever a tracker asks for', () => {
  const asked = fc.option(fc.oneof(fc.double({ noNaN: true }), fc.integer()), { nil: undefined })
  fc.assert(
    fc.property(asked, asked, fc.integer({ min: 1, max: 10_000 }), fc.integer(), (a, b, failures, seed) => {
      const random = seededRandom(seed)
      const interval = intervalMs(a)
      expect(interval).toBeGreaterThanOrEqual(60_000)
      expect(interval).toBeLessThanOrEqual(86_400_000)
      const refresh = refreshAfterMs(b, interval)
      expect(refresh).toBeGreaterThanOrEqual(60_000)
      expect(refresh).toBeLessThanOrEqual(interval)
      const late = withJitter(interval, random)
      expect(late).toBeGreaterThanOrEqual(interval)
      expect(late).toBeLessThanOrEqual(interval * 1.05)
      const retry = retryAfterMs(failures, random)
      expect(retry).toBeGreaterThanOrEqual(11_250)
      expect(retry).toBeLessThanOrEqual(75 * 60_000)
    }),
  )
})

it('obeys a tracker that says never, and bounds other delays that it asks for', () => {
  expect(askedRetryMs(Infinity)).toBe(Infinity)
  expect(askedRetryMs(1)).toBe(60_000)
  expect(askedRetryMs(1e15)).toBe(86_400_000)
  expect(askedRetryMs(300_000)).toBe(300_000)
})

it('announces every half hour if a tracker gives no interval', () => {
  expect(intervalMs(undefined)).toBe(1_800_000)
  expect(refreshAfterMs(undefined, 1_800_000)).toBe(300_000)
})
