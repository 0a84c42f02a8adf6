import { DEFAULT_SETTINGS, type ScheduledLimit, type Settings } from '@shoal/api'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitsAt, nextChange } from './limits-at.ts'

let zone: string | undefined
beforeEach(() => {
  zone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
})
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
const entry = (days: number[], from: string, to: string, rate: number): ScheduledLimit => ({
  days,
  from,
  to,
  downloadBytesPerSecond: rate,
  uploadBytesPerSecond: null,
})
const limits = (...schedule: ScheduledLimit[]): Settings['limits'] => ({
  ...DEFAULT_SETTINGS.limits,
  downloadBytesPerSecond: 9,
  schedule,
})
const downloadAt = (of: Settings['limits'], date: string) =>
  limitsAt(of, new Date(date)).downloadBytesPerSecond

test('an entry applies from its beginning to its end (exclusive) on its days', () => {
  // 2026-01-05 is a Monday.
  const office = limits(entry([1, 2, 3, 4, 5], '08:00', '17:30', 1))
  expect(downloadAt(office, '2026-01-05T07:59:59')).toBe(9)
  expect(downloadAt(office, '2026-01-05T08:00:00')).toBe(1)
  expect(downloadAt(office, '2026-01-05T17:29:59')).toBe(1)
  expect(downloadAt(office, '2026-01-05T17:30:00')).toBe(9)
  expect(downloadAt(office, '2026-01-04T12:00:00')).toBe(9)
  expect(limitsAt(office, new Date('2026-01-05T12:00')).by).toBe('schedule')
  expect(limitsAt(office, new Date('2026-01-04T12:00')).by).toBe('settings')
})

test('one that ends before it begins ends on the next day', () => {
  const saturdayNight = limits(entry([6], '22:00', '06:00', 1))
  expect(downloadAt(saturdayNight, '2026-01-10T21:59')).toBe(9)
  expect(downloadAt(saturdayNight, '2026-01-10T23:00')).toBe(1)
  expect(downloadAt(saturdayNight, '2026-01-11T05:59')).toBe(1)
  expect(downloadAt(saturdayNight, '2026-01-11T06:00')).toBe(9)
  expect(downloadAt(saturdayNight, '2026-01-11T23:00')).toBe(9)
})

test('equal times mean the whole day', () => {
  const all = limits(entry([1], '10:00', '10:00', 1))
  expect(downloadAt(all, '2026-01-05T10:00')).toBe(1)
  expect(downloadAt(all, '2026-01-06T09:59')).toBe(1)
  expect(downloadAt(all, '2026-01-06T10:00')).toBe(9)
})

test('the first matching entry applies, and the alternative limits override all', () => {
  const both = limits(entry([1], '12:00', '13:00', 1), entry([1], '08:00', '18:00', 2))
  expect(downloadAt(both, '2026-01-05T12:30')).toBe(1)
  expect(downloadAt(both, '2026-01-05T13:30')).toBe(2)
  const turtle = { ...both, alternative: true }
  expect(limitsAt(turtle, new Date('2026-01-05T12:30'))).toEqual({
    downloadBytesPerSecond: 1_000_000,
    uploadBytesPerSecond: 100_000,
    by: 'alternative',
  })
  expect(nextChange(turtle, new Date('2026-01-05T12:30'))).toBeNull()
})

test('the next change is the next beginning or end', () => {
  const office = limits(entry([1], '08:00', '17:30', 1))
  const next = (date: string) => nextChange(office, new Date(date))
  expect(next('2026-01-05T07:00')).toEqual(new Date('2026-01-05T08:00'))
  expect(next('2026-01-05T08:00')).toEqual(new Date('2026-01-05T17:30'))
  expect(next('2026-01-05T17:30')).toEqual(new Date('2026-01-12T08:00'))
  expect(nextChange(limits(), new Date())).toBeNull()
})

test('daylight saving time does not shift an entry', () => {
  const night = limits(entry(EVERY_DAY, '01:00', '05:00', 1))
  // Clocks go from 2 to 3 on 2026-03-29: the span is an hour shorter.
  expect(nextChange(night, new Date('2026-03-29T00:30+01:00'))).toEqual(new Date('2026-03-29T01:00+01:00'))
  expect(nextChange(night, new Date('2026-03-29T01:00+01:00'))).toEqual(new Date('2026-03-29T05:00+02:00'))
  // And back from 3 to 2 on 2026-10-25: an hour longer.
  expect(nextChange(night, new Date('2026-10-25T01:00+02:00'))).toEqual(new Date('2026-10-25T05:00+01:00'))
  // A skipped start time: at the moment when it would have been.
  const skipped = limits(entry(EVERY_DAY, '02:30', '05:00', 1))
  expect(nextChange(skipped, new Date('2026-03-29T01:30+01:00'))).toEqual(new Date('2026-03-29T03:30+02:00'))
})

test('limits change only where an entry begins or ends', () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(parts => parts.map(part => String(part).padStart(2, '0')).join(':'))
  const days = fc.uniqueArray(fc.nat(6), { minLength: 1 })
  const entries = fc.array(fc.tuple(days, time, time), { minLength: 1, maxLength: 3 })
  const dates = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(entries, dates, fc.double({ min: 0, max: 1, noNaN: true }), (list, date, share) => {
      const of = limits(...list.map(([days, from, to], at) => entry(days, from, to, at + 1)))
      const next = nextChange(of, date)!
      expect(next.getTime()).toBeGreaterThan(date.getTime())
      const between = new Date(date.getTime() + share * (next.getTime() - 1 - date.getTime()))
      expect(limitsAt(of, between)).toEqual(limitsAt(of, date))
    }),
  )
})
