import { texts } from '../../../shared/messages/chat.ts'
import { locale } from '../../../shared/messages/language.ts'
import { isSameDay } from './grouping.ts'

const DAY_MS = 86_400_000
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(locale, { dateStyle: 'long' })

export const formatClock = (timeMs: number): string => clock.format(timeMs)

/** `Today`, `Yesterday`, `Saturday 21 November`, `21 November 2025`. */
export function formatDay(timeMs: number, nowMs = Date.now()): string {
  if (isSameDay(timeMs, nowMs)) return texts.today
  if (isSameDay(timeMs, nowMs - DAY_MS)) return texts.yesterday
  return Math.abs(nowMs - timeMs) < 300 * DAY_MS ? day.format(timeMs) : dayOfYear.format(timeMs)
}

/** Returns the time if it is today, otherwise the date. */
export function formatShort(timeMs: number, nowMs = Date.now()): string {
  return isSameDay(timeMs, nowMs) ? clock.format(timeMs) : shortDay.format(timeMs)
}
