import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import type { LimitsNow } from '../kernel/limits.ts'
import { testSettings } from '../testing/settings.ts'
import { ScheduledLimits } from './scheduled-limits.ts'

test('limits follow the schedule, the settings and clock changes', async () => {
  const start = new Date(2026, 0, 5, 7, 0)
  const clock = new VirtualClock(start.getTime())
  const schedule: Settings['limits']['schedule'] = [
    { days: [1], from: '08:00', to: '09:00', downloadBytesPerSecond: 1, uploadBytesPerSecond: 2 },
  ]
  const settings = testSettings({ limits: { ...DEFAULT_SETTINGS.limits, schedule } })
  const applied: [minute: number, by: LimitsNow['by']][] = []
  const limits = new ScheduledLimits({
    clock,
    ...settings,
    applyLimits: ({ by }) => void applied.push([clock.nowMs() / 60_000, by]),
  })
  limits.start()
  await clock.advance(3 * 60 * 60_000)
  expect(applied).toEqual([
    [0, 'settings'],
    [60, 'schedule'],
    [120, 'settings'],
  ])
  settings.change({ limits: { ...DEFAULT_SETTINGS.limits, alternative: true, schedule } })
  expect(applied.at(-1)).toEqual([180, 'alternative'])
  expect(limits.now.by).toBe('alternative')
  limits.close()
  settings.change({ limits: DEFAULT_SETTINGS.limits })
  expect(applied.length).toBe(4)
  expect(clock.pending).toBe(0)
})

test('a machine that slept through a change catches up within a minute', async () => {
  let aheadMs = 0
  const clock = new VirtualClock(new Date(2026, 0, 5, 7, 0).getTime())
  const shifted = {
    nowMs: () => clock.nowMs(),
    unixMs: () => clock.unixMs() + aheadMs,
    after: (delayMs: number, callback: () => void) => clock.after(delayMs, callback),
  }
  const schedule: Settings['limits']['schedule'] = [
    { days: [1], from: '12:00', to: '13:00', downloadBytesPerSecond: 1, uploadBytesPerSecond: 2 },
  ]
  const settings = testSettings({ limits: { ...DEFAULT_SETTINGS.limits, schedule } })
  const applied: string[] = []
  const limits = new ScheduledLimits({
    clock: shifted,
    ...settings,
    applyLimits: ({ by }) => void applied.push(by),
  })
  limits.start()
  aheadMs = 5.5 * 60 * 60_000
  await clock.advance(60_000)
  expect(applied).toEqual(['settings', 'schedule'])
  limits.close()
})
