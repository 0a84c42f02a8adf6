import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import type { Backup } from './backups.ts'
import { backUpDaily } from './daily-backups.ts'

const HOUR_MS = 3_600_000

/** `outcomes`: results of the writes, in order; the last one also for later writes. */
function schedule(lastHoursAgo: number | null, outcomes: ('written' | 'no room' | 'failed')[] = ['written']) {
  const clock = new VirtualClock()
  const startMs = clock.unixMs()
  const hours: number[] = []
  const told: (string | null)[] = []
  const close = backUpDaily({
    clock,
    name: 'the catalogue',
    lastMs: lastHoursAgo === null ? null : startMs - lastHoursAgo * HOUR_MS,
    async write(nowMs) {
      hours.push(Math.floor((nowMs - startMs) / HOUR_MS))
      const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0]
      if (outcome === 'failed') throw Object.assign(new Error('no disk'), { code: 'io' })
      return outcome === 'written' ? ({} as Backup) : null
    },
    tell: problem => told.push(problem),
  })
  return { clock, hours, told, close }
}

test.each([
  ['soon after the first start', null, [0, 24, 48]],
  ['when a day has passed since the last one', 20, [4, 28, 52]],
  ['soon after a start that comes late', 100, [0, 24, 48]],
  ['soon if the last one is from the future', -100, [0, 24, 48]],
])('backs up %s', async (_when, lastHoursAgo, expected) => {
  const { clock, hours, close } = schedule(lastHoursAgo)
  await clock.advance(60 * HOUR_MS)
  expect(hours).toEqual(expected)
  await close()
  expect(clock.pending).toBe(0)
})

test('tries again every hour, and says why, until it has succeeded', async () => {
  const { clock, hours, told, close } = schedule(null, ['no room', 'failed', 'written'])
  await clock.advance(26 * HOUR_MS)
  expect(hours).toEqual([0, 1, 2])
  expect(told).toEqual([expect.stringContaining('no room'), 'cannot back up the catalogue: no disk', null])
  await close()
})
