import { locale } from '../messages/language.ts'

/** Days of the week as numbered in the schedule, 0 for Sunday, with Monday first. */
export const WEEK = [1, 2, 3, 4, 5, 6, 0] as const

/** January 1, 2023 was a Sunday. */
const SUNDAY_MS = Date.UTC(2023, 0, 1)
const DAY_MS = 86_400_000

const names = {
  short: new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }),
  long: new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }),
}

/** Returns the name of a day: `Sun` or `Sunday` for 0. */
export function dayName(day: number, style: 'short' | 'long'): string {
  return names[style].format(SUNDAY_MS + day * DAY_MS)
}
