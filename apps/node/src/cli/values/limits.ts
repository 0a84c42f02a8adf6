import { UsageError } from '@shoal/options'
import { texts } from '../texts.ts'
import { parseDuration } from './size.ts'

/** Converts a rate to the API's form: null means unlimited. */
export function rateLimit(bytesPerSecond: number): number | null {
  return Number.isFinite(bytesPerSecond) ? bytesPerSecond : null
}

/**
 * Parses the ratio at which seeding ends: 0 for `never`, null for `default` (the settings decide).
 * Throws UsageError.
 */
export function parseRatio(text: string): number | null {
  const special = never(text)
  if (special !== undefined) return special
  const ratio = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (!(ratio >= 0.01)) throw new UsageError(texts.parse.notRatio({ text }))
  return ratio
}

/**
 * Parses the minutes after which seeding ends: 0 for `never`, null for `default`. Throws
 * UsageError.
 */
export function parseSeedingTime(text: string): number | null {
  const special = never(text)
  return special !== undefined ? special : Math.max(1, Math.round(parseDuration(text) / 60_000))
}

/** Returns undefined for any other text. */
function never(text: string): number | null | undefined {
  if (/^(never|none|unlimited)$/i.test(text)) return 0
  return /^default$/i.test(text) ? null : undefined
}
