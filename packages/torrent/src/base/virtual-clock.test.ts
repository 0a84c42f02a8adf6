import { expect, it } from 'vitest'
import { delay } from './clock.ts'
import { VirtualClock } from './virtual-clock.ts'

it('fires timers at their times and runs promise callbacks in between', async () => {
  const clock = new VirtualClock(1000)
  const seen: string[] = []
  clock.after(20, () => seen.push(`b ${clock.nowMs()}`))
  clock.after(10, async () => {
    seen.push(`a ${clock.nowMs()}`)
    await delay(clock, 5)
    seen.push(`then ${clock.nowMs()}`)
  })
  clock.after(30, () => seen.push('late'))
  clock.after(1, () => seen.push('cancelled'))()
  await clock.advance(25)
  expect(seen).toEqual(['a 10', 'then 15', 'b 20'])
  expect(clock.nowMs()).toBe(25)
  expect(clock.unixMs()).toBe(1025)
  expect(clock.pending).toBe(1)
})

it('stops once a condition holds, and reports if it never does', async () => {
  const clock = new VirtualClock()
  let ticks = 0
  const tick = () => {
    ticks++
    clock.after(10, tick)
  }
  tick()
  expect(await clock.until(() => ticks === 4, 1000)).toBe(true)
  expect(clock.nowMs()).toBe(30)
  expect(await clock.until(() => false, 100)).toBe(false)
})
