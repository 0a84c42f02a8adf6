import { expect, it } from 'vitest'
import { AllowedFastLimiter } from './allowed-fast-limiter.ts'

it('admits two peers at a time, each once and for half a minute', () => {
  const limiter = new AllowedFastLimiter()
  expect([1, 2, 3].map(peer => limiter.admit(peer, 0))).toEqual([true, true, false])
  expect(limiter.admit(1, 29_999)).toBe(true)
  expect([1, 2, 3].map(peer => limiter.isAdmitted(peer, 29_999))).toEqual([true, true, false])
  expect([1, 2].map(peer => limiter.isAdmitted(peer, 30_000))).toEqual([false, false])
  expect(limiter.admit(1, 30_000)).toBe(false)
  expect(limiter.admit(3, 30_000)).toBe(true)
})

it('admits another peer when one is removed', () => {
  const limiter = new AllowedFastLimiter()
  for (const peer of [1, 2]) limiter.admit(peer, 0)
  limiter.remove(1)
  expect(limiter.isAdmitted(1, 1)).toBe(false)
  expect(limiter.admit(3, 1)).toBe(true)
})
