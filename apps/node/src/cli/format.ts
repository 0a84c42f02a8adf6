/** Numbers as people write them in their language. Units are decimal, as the options read them. */
import { formatBytes as formatEnglishBytes } from '../base/format.ts'
import { texts } from './texts.ts'

/** Formats a size with three digits: `512 B`, `1.23 MB`, `45.6 GB`. */
export function formatBytes(bytes: number): string {
  return localized(formatEnglishBytes(bytes))
}

/** Formats a rate: `1.23 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** Formats a rate limit; null means unlimited. */
export function formatRateLimit(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? texts.format.unlimited : formatRate(bytesPerSecond)
}

/** Formats a fraction as `45.2 %`, rounded down: only 1 is 100 %. */
export function formatPercent(fraction: number): string {
  const tenths = Math.floor(Math.min(1, Math.max(0, fraction)) * 1000)
  return tenths === 1000 ? '100 %' : `${formatNumber(tenths / 10, 1)} %`
}

/** Formats a number with a fixed number of decimals: `1.50`. */
export function formatNumber(number: number, decimals: number): string {
  return localized(number.toFixed(decimals))
}

/** Formats a duration by its two largest units: `8 s`, `1 min 05 s`, `2 h 30 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
  const hours = Math.floor(minutes / 60)
  return hours < 24 * 1000 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : texts.format.years
}

/**
 * Formats a point in time in the machine's time zone: `2026-11-21 09:18:42`, in German
 * `21.11.2026 09:18:42`.
 */
export function formatTime(atMs: number): string {
  const date = new Date(atMs)
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two) as [
    string,
    string,
    string,
  ]
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${texts.format.day({ year, month, day })} ${time}`
}

/** `Intl.NumberFormat` does the same, but takes 10 ms to load. */
function localized(number: string): string {
  return number.replace('.', texts.format.decimal)
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
