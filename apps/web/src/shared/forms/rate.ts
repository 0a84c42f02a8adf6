/** Units of rates, decimal as in networks. */
export const RATE_UNITS = { 'kB/s': 1000, 'MB/s': 1_000_000 } as const
export type RateUnit = keyof typeof RATE_UNITS

const MAX_RATE_BYTES_PER_SECOND = 1e12

/** Returns the unit in which a rate is most readable. */
export function unitFor(bytesPerSecond: number | null): RateUnit {
  return bytesPerSecond !== null && bytesPerSecond >= 1_000_000 ? 'MB/s' : 'kB/s'
}

/** Formats a rate in a unit as the text of a field: `1.5`. Empty for null. */
export function rateText(bytesPerSecond: number | null, unit: RateUnit): string {
  if (bytesPerSecond === null) return ''
  return String(Math.round((bytesPerSecond / RATE_UNITS[unit]) * 1000) / 1000)
}

/**
 * Parses a rate into bytes per second: null for an empty field or 0 (no limit), undefined if it is
 * not a rate. A typed unit (`2 MB`, `500k`) overrides that of the field.
 */
export function parseRate(text: string, unit: RateUnit): number | null | undefined {
  if (text.trim() === '') return null
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(?:([kmg])i?(?:b(?:ytes)?)?(?:\/s)?)?\s*$/i.exec(text)
  if (!match) return undefined
  const factor = match[2]
    ? { k: 1e3, m: 1e6, g: 1e9 }[match[2].toLowerCase() as 'k' | 'm' | 'g']
    : RATE_UNITS[unit]
  const rate = Number(match[1]!.replace(',', '.'))
  if (rate === 0) return null
  const bytesPerSecond = Math.round(rate * factor)
  return bytesPerSecond >= 1 && bytesPerSecond <= MAX_RATE_BYTES_PER_SECOND ? bytesPerSecond : undefined
}
