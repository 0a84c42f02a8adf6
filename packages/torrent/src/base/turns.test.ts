import { expect, test } from 'vitest'
import { Turns } from './turns.ts'
import { settle } from './virtual-clock.ts'

test('work continues in another turn of the event loop after 8 ms, and only then', async () => {
  let nowMs = 100
  const turns = new Turns({ nowMs: () => nowMs, unixMs: () => 0, after: () => () => {} })
  let steps = 0
  const work = async () => {
    for (; steps < 8; steps++) {
      nowMs += 2
      await turns.next()
    }
  }
  const done = work()
  // Work that needs only promises.
  for (let i = 0; i < 50; i++) await Promise.resolve()
  expect(steps).toBe(3)
  await settle()
  await done
  expect(steps).toBe(8)
})
