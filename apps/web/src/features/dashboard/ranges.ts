import type { InputOf } from '@shoal/api'

export type Range = NonNullable<InputOf<'getHistory'>['range']>

const HOUR_MS = 3_600_000
export const HISTORY_SPANS: Record<Range, number> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
  year: 365 * 24 * HOUR_MS,
}
