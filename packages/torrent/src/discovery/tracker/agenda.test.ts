import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Agenda } from './agenda.ts'

it('keeps appointments in order on one timer, and none when there are none', async () => {
  const clock = new VirtualClock()
  const agenda = new Agenda(clock)
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name} ${clock.nowMs()}`)
  agenda.at(30, note('c'))
  agenda.at(10, note('a'))
  const cancelled = agenda.at(20, note('b'))
  expect(clock.pending).toBe(1)
  agenda.cancel(cancelled)
  agenda.cancel(cancelled)
  expect(seen).toEqual([])
  await clock.advance(100)
  expect(seen).toEqual(['a 10', 'c 30'])
  expect(clock.pending).toBe(0)
  agenda.cancel(agenda.at(200, note('d')))
  expect(clock.pending).toBe(0)
})

it('keeps an appointment for the past in the next turn, also from within another', async () => {
  const clock = new VirtualClock()
  const agenda = new Agenda(clock)
  let rounds = 0
  const again = () => {
    rounds++
    if (rounds < 5) agenda.at(0, again)
  }
  agenda.at(0, again)
  expect(rounds).toBe(0)
  await clock.advance(0)
  expect(rounds).toBe(5)
  expect(clock.pending).toBe(0)
})
