import { locale } from '../messages/language.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Returns the time format for an axis with this time span. */
export function timeFormatFor(spanMs: number): (atMs: number) => string {
  const format = new Intl.DateTimeFormat(locale, partsFor(spanMs))
  return atMs => format.format(atMs)
}

function partsFor(spanMs: number): Intl.DateTimeFormatOptions {
  if (spanMs <= 10 * 60_000) return { hour: '2-digit', minute: '2-digit', second: '2-digit' }
  if (spanMs <= 1.5 * DAY_MS) return { hour: '2-digit', minute: '2-digit' }
  if (spanMs <= 8 * DAY_MS) return { weekday: 'short', hour: '2-digit' }
  return spanMs <= 92 * DAY_MS ? { day: 'numeric', month: 'short' } : { month: 'short', year: '2-digit' }
}
