import { expect, test } from 'vitest'
import { awaitedSince } from './awaits.ts'

const awaiting = globalThis.shoalAwaiting!

test('a promise is awaited until it settles', async () => {
  const one = Promise.withResolvers<number>()
  const two = Promise.withResolvers<number>()
  const sinceMs = performance.now()
  expect(awaiting(one.promise, 'one')).toBe(one.promise)
  awaiting(two.promise, 'two')
  expect(awaitedSince(sinceMs)).toEqual(['one', 'two'])
  expect(awaitedSince(performance.now() + 1)).toEqual([])
  one.resolve(1)
  two.reject(new Error('refused'))
  await Promise.allSettled([one.promise, two.promise])
  expect(awaitedSince(sinceMs)).toEqual([])
})

test('what begins when it is awaited does not begin earlier, and once', async () => {
  let begun = 0
  const lazy: PromiseLike<number> = {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested.
    then: (ok, failed) => Promise.resolve(++begun).then(ok, failed),
  }
  const sinceMs = performance.now()
  const wrapped = awaiting(lazy, 'lazy')
  expect([begun, awaitedSince(sinceMs)]).toEqual([0, []])
  expect(await wrapped).toBe(1)
  expect(begun).toBe(1)
  expect(awaitedSince(sinceMs)).toEqual([])
  const failing: PromiseLike<number> = awaiting(
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested.
    { then: (ok, failed) => Promise.reject(new Error('refused')).then(ok, failed) },
    'failing',
  )
  await expect(Promise.resolve(failing)).rejects.toThrow('refused')
  expect(awaitedSince(sinceMs)).toEqual([])
})

test('a value is not awaited', () => {
  expect(awaiting(4, 'four')).toBe(4)
  expect(awaiting(null, 'nothing')).toBe(null)
})
