import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

it('allows a burst, then the rate, and does not save more than a burst', () => {
  const bucket = new TokenBucket(2, 3, 1000)
  const takes = (count: number, nowMs: number) =>
    Array.from({ length: count }, () => bucket.take(1, nowMs)).filter(Boolean).length
  expect(takes(5, 1000)).toBe(3)
  expect(takes(5, 2000)).toBe(2)
  expect(takes(5, 2499)).toBe(0)
  expect(takes(9, 900_000)).toBe(3)
  expect(new TokenBucket(1, 2, 0).take(3, 0)).toBe(false)
})
