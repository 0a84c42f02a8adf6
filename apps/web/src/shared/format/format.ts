/**
 * Formats sizes, rates, times and lists in the language of the page. Sizes have decimal units, as
 * those of disks and networks.
 */
import type { Language } from '@shoal/messages'
import { language, locale } from '../messages/language.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
type SizeUnit = (typeof UNITS)[number]

const cache = new Map<string, Intl.NumberFormat>()
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  const known = cache.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(locale, options)
  cache.set(key, made)
  return made
}

/** Scales a number to three digits: 1.23, 12.3, 123. */
function scaled(bytes: number): { value: number; unit: SizeUnit; digits: number } {
  let value = Math.max(0, bytes)
  let step = 0
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000
    step++
  }
  const digits = step === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return { value, unit: UNITS[step]!, digits }
}

/** Formats a size: `1.46 GB`. */
export function formatBytes(bytes: number): string {
  const { value, unit, digits } = scaled(bytes)
  if (unit === 'byte') return `${formatCount(value)} B`
  return numbers({ style: 'unit', unit, unitDisplay: 'short', ...fixed(digits) }).format(value)
}

/**
 * Formats a piece size, which is a power of two (BEP 52): `1 MiB` shows that, `1.05 MB` does not.
 */
export function formatPieceSize(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : formatBytes(bytes)
}

/** Formats a rate: `3.2 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const { value, unit, digits } = scaled(bytesPerSecond)
  if (unit === 'byte') return `${formatCount(value)} B/s`
  const shown = Math.min(digits, 1)
  return numbers({ style: 'unit', unit: `${unit}-per-second`, unitDisplay: 'short', ...fixed(shown) }).format(
    value,
  )
}

const fixed = (digits: number) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits })

/** Formats 0 to 1 as `42 %` or `42.7 %`. Only 1 is shown as 100 %. */
export function formatPercent(fraction: number, digits = 0): string {
  const factor = 10 ** digits
  const cut = fraction >= 1 ? 1 : Math.floor(fraction * 100 * factor) / 100 / factor
  return numbers({ style: 'percent', ...fixed(digits) }).format(cut)
}

export function formatCount(count: number): string {
  return numbers({ maximumFractionDigits: 0 }).format(count)
}

/** Formats a ratio: `1.25`; large ones with fewer digits. */
export function formatRatio(ratio: number): string {
  return numbers(fixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2)).format(ratio)
}

/**
 * The separator between the first two of three: German puts "und" before the last one, as in a
 * sentence.
 */
const SEPARATOR = new Intl.ListFormat(locale, { type: 'unit', style: 'short' })
  .formatToParts(['1', '2', '3'])
  .find(({ type }) => type === 'literal')!.value

/** Joins facts: `3 torrents, /films`. Null and empty ones are left out. */
export function listOf(...facts: readonly (string | null)[]): string {
  return facts.filter(fact => fact !== null && fact !== '').join(SEPARATOR)
}

const SPANS = [
  ['year', 31_536_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Symbols for languages whose narrow units are abbreviated words in CLDR: 15 min, not 15 Min. */
const SYMBOLS: { readonly [L in Language]?: Readonly<Record<(typeof SPANS)[number][0], string>> } = {
  de: { year: 'J', day: 'T', hour: 'h', minute: 'min', second: 's' },
}

function shortSpan(count: number, unit: (typeof SPANS)[number][0]): string {
  const symbol = SYMBOLS[language]?.[unit]
  if (symbol !== undefined) return `${formatCount(count)}\u00a0${symbol}`
  return numbers({ style: 'unit', unit, unitDisplay: 'narrow' }).format(count)
}

/**
 * Formats a duration with its largest units: `1d 4h`, `5m 20s`. More than ten years are shown as
 * `∞`.
 */
export function formatDuration(seconds: number, units: 1 | 2 = 2): string {
  if (!Number.isFinite(seconds) || seconds > 10 * SPANS[0][1]) return '∞'
  const whole = Math.max(0, Math.round(seconds))
  const first = Math.max(
    0,
    SPANS.findIndex(([, length]) => whole >= length),
  )
  const start = whole === 0 ? SPANS.length - 1 : first
  const parts: string[] = []
  let rest = whole
  for (const [unit, length] of SPANS.slice(start, start + units)) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0 || parts.length === 0) parts.push(shortSpan(count, unit))
  }
  return parts.join(' ')
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })

/** Formats a time relative to now: `3 minutes ago`, `in 2 days`. */
export function formatAgo(timeMs: number, nowMs = Date.now()): string {
  const seconds = (timeMs - nowMs) / 1000
  const [unit, length] = SPANS.find(([, each]) => Math.abs(seconds) >= each) ?? SPANS[4]
  return relative.format(Math.trunc(seconds / length), unit)
}

const dates = new Map<string, Intl.DateTimeFormat>()
export function formatDate(timeMs: number, style: 'date' | 'minute' | 'second' = 'minute'): string {
  const options: Intl.DateTimeFormatOptions =
    style === 'date'
      ? { dateStyle: 'medium' }
      : { dateStyle: 'medium', timeStyle: style === 'minute' ? 'short' : 'medium' }
  const format = dates.get(style) ?? new Intl.DateTimeFormat(locale, options)
  dates.set(style, format)
  return format.format(timeMs)
}

const times = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })

export function formatTime(timeMs: number): string {
  return times.format(timeMs)
}
