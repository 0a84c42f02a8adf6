/** Numbers as people read them. Units are decimal, as the options read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `512 B`, `1.23 MB`, `45.6 GB`: three digits. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const decimals = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(decimals)} ${UNITS[unit]}`
}

/** `1.23 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** A fraction as `45.2 %`. Rounded down: 100 % is only what is whole. */
export function formatPercent(fraction: number): string {
  const tenths = Math.floor(Math.min(1, Math.max(0, fraction)) * 1000)
  return tenths === 1000 ? '100 %' : `${(tenths / 10).toFixed(1)} %`
}

/** `8 s`, `1 min 05 s`, `2 h 30 min`, `3 d 4 h`: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (number: number) => String(number).padStart(2, '0')
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
  const hours = Math.floor(minutes / 60)
  return hours < 24 * 1000 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : 'years'
}

/** `1 file`, `3 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`
}
