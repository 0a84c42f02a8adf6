/** Numbers in English, for the log and for errors of the node. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Formats a size with three digits, in decimal units: `512 B`, `1.23 MB`, `45.6 GB`. */
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

/** Formats a number with its noun: `1 file`, `3 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`
}
