import { expect, it } from 'vitest'
import { RollingRate } from './rolling-rate.ts'

it('is the average of the last two rounds, whatever arrived in one burst', () => {
  const rate = new RollingRate(1000)
  expect(rate.bytesPerSecond(0, 1000)).toBe(0)
  expect(rate.bytesPerSecond(5000, 1100)).toBe(5000)
  expect(rate.bytesPerSecond(50_000, 11_000)).toBe(5000)
  rate.mark(50_000, 11_000)
  expect(rate.bytesPerSecond(50_000, 21_000)).toBe(2500)
  rate.mark(50_000, 21_000)
  expect(rate.bytesPerSecond(50_000, 31_000)).toBe(0)
  expect(rate.bytesPerSecond(70_000, 31_000)).toBe(1000)
})
