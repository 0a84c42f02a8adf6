import { expect, test } from 'vitest'
import { describeMachine, factorOf, measureMachine, REFERENCE_MS } from './machine.ts'

const times = (factor: number) => ({
  process: factor * REFERENCE_MS.process,
  hash: factor * REFERENCE_MS.hash,
})

test('the slowest step counts, from 1 to 6', () => {
  expect(factorOf(times(0.2))).toBe(1)
  expect(factorOf(times(1))).toBe(1)
  expect(factorOf({ ...times(1), page: 2.34 * REFERENCE_MS.page })).toBe(2.3)
  expect(factorOf({ ...times(3), page: REFERENCE_MS.page })).toBe(3)
  expect(factorOf(times(100))).toBe(6)
})

test('without Chromium, the other steps count', () => {
  const { factor } = { factor: factorOf(times(2)) }
  expect(describeMachine({ factor, tookMs: times(2) })).toBe(
    'Time limits x 2.0: process 120 ms (reference 60), hash 100 ms (reference 50).',
  )
})

test('measures this machine', async () => {
  const { factor, tookMs } = await measureMachine()
  expect(factor).toBe(factorOf(tookMs))
  expect(tookMs.process).toBeGreaterThan(1)
  expect(tookMs.hash).toBeGreaterThan(1)
})
