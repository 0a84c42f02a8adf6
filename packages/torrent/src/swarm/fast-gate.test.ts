import { expect, it } from 'vitest'
import { FastGate } from './fast-gate.ts'

it('lets in two at a time, each for half a minute and once', () => {
  const gate = new FastGate()
  expect([1, 2, 3].map(peer => gate.admit(peer, 0))).toEqual([true, true, false])
  expect(gate.admit(1, 29_999)).toBe(true)
  expect([1, 2, 3].map(peer => gate.isIn(peer, 29_999))).toEqual([true, true, false])
  expect([1, 2].map(peer => gate.isIn(peer, 30_000))).toEqual([false, false])
  expect(gate.admit(1, 30_000)).toBe(false)
  expect(gate.admit(3, 30_000)).toBe(true)
})

it('has room again when one leaves', () => {
  const gate = new FastGate()
  for (const peer of [1, 2]) gate.admit(peer, 0)
  gate.leave(1)
  expect(gate.isIn(1, 1)).toBe(false)
  expect(gate.admit(3, 1)).toBe(true)
})
