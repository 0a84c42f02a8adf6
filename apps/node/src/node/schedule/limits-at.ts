import type { ScheduledLimit, Settings } from '@shoal/api'
import type { LimitsNow } from '../kernel/limits.ts'

/** An entry repeats after a week; one more day for entries that start the day before. */
const DAYS_AHEAD = 8

/**
 * Returns the limits at a time: the alternative ones while they are switched on, otherwise those of
 * the schedule, otherwise the normal ones.
 */
export function limitsAt(limits: Settings['limits'], date: Date): LimitsNow {
  if (limits.alternative)
    return {
      downloadBytesPerSecond: limits.alternativeDownloadBytesPerSecond,
      uploadBytesPerSecond: limits.alternativeUploadBytesPerSecond,
      by: 'alternative',
    }
  const entry = limits.schedule.find(each => holds(each, date))
  const { downloadBytesPerSecond, uploadBytesPerSecond } = entry ?? limits
  return { downloadBytesPerSecond, uploadBytesPerSecond, by: entry ? 'schedule' : 'settings' }
}

/** Returns when an entry of the schedule next starts or ends; null if nothing will change. */
export function nextChange(limits: Settings['limits'], date: Date): Date | null {
  if (limits.alternative) return null
  const nowMs = date.getTime()
  let nextMs = Number.POSITIVE_INFINITY
  for (const entry of limits.schedule)
    for (let day = -1; day <= DAYS_AHEAD; day++)
      for (const edgeMs of span(entry, date, day) ?? [])
        if (edgeMs > nowMs && edgeMs < nextMs) nextMs = edgeMs
  return nextMs === Number.POSITIVE_INFINITY ? null : new Date(nextMs)
}

function holds(entry: ScheduledLimit, date: Date): boolean {
  // It may have started the day before.
  return [-1, 0].some(day => {
    const [fromMs, toMs] = span(entry, date, day) ?? [0, 0]
    return fromMs <= date.getTime() && date.getTime() < toMs
  })
}

/**
 * Returns start and end of the entry that starts this many days after the date, as instants, so
 * that both functions agree across clock changes; null if it has none on that day. Equal times mean
 * the entire day.
 */
function span({ days, from, to }: ScheduledLimit, date: Date, day: number): [number, number] | null {
  const start = atTime(date, day, from)
  // Check the intended day: a skipped time can fall on another one.
  if (!days.includes(atTime(date, day, '12:00').getDay())) return null
  const end = atTime(date, to > from ? day : day + 1, to)
  return [start.getTime(), end.getTime()]
}

function atTime(date: Date, day: number, time: string): Date {
  const [hours, minutes] = time.split(':').map(Number)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + day, hours, minutes)
}
