import { UsageError } from './failure.ts'
import { formatRate } from './text/format.ts'
import { parseDuration } from './text/size.ts'

export const RATE_HELP = '2MB, 500KiB, unlimited'

/** Converts a rate to the API's form: null means unlimited. */
export function rateLimit(bytesPerSecond: number): number | null {
  return Number.isFinite(bytesPerSecond) ? bytesPerSecond : null
}

export function rateLimitText(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'unlimited' : formatRate(bytesPerSecond)
}

/** Parses the ratio at which seeding ends: 0 for `never`, null for `default` (the settings decide). Throws UsageError. */
export function parseRatio(text: string): number | null {
  const special = never(text)
  if (special !== undefined) return special
  const ratio = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (!(ratio >= 0.01)) throw new UsageError(`"${text}" is not a ratio: write 2, 1.5, never or default`)
  return ratio
}

/** Parses the minutes after which seeding ends: 0 for `never`, null for `default`. Throws UsageError. */
export function parseSeedingTime(text: string): number | null {
  const special = never(text)
  return special !== undefined ? special : Math.max(1, Math.round(parseDuration(text) / 60_000))
}

/** Returns undefined for any other text. */
function never(text: string): number | null | undefined {
  if (/^(never|none|unlimited)$/i.test(text)) return 0
  return /^default$/i.test(text) ? null : undefined
}
