import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { TimerQueue } from './timer-queue.ts'

it('makes calls in order on one timer, and keeps none while nothing is scheduled', async () => {
  const clock = new VirtualClock()
  const timers = new TimerQueue(clock)
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name} ${clock.nowMs()}`)
  timers.schedule(30, note('c'))
  timers.schedule(10, note('a'))
  const cancelled = timers.schedule(20, note('b'))
  expect(clock.pending).toBe(1)
  timers.cancel(cancelled)
  timers.cancel(cancelled)
  expect(seen).toEqual([])
  await clock.advance(100)
  expect(seen).toEqual(['a 10', 'c 30'])
  expect(clock.pending).toBe(0)
  timers.cancel(timers.schedule(200, note('d')))
  expect(clock.pending).toBe(0)
})

it('makes a call scheduled for the past in the next turn, also from within another call', async () => {
  const clock = new VirtualClock()
  const timers = new TimerQueue(clock)
  let rounds = 0
  const again = () => {
    rounds++
    if (rounds < 5) timers.schedule(0, again)
  }
  timers.schedule(0, again)
  expect(rounds).toBe(0)
  await clock.advance(0)
  expect(rounds).toBe(5)
  expect(clock.pending).toBe(0)
})
