import { UsageError } from '@shoal/options'
import { texts } from '../texts.ts'

const POWERS = ['', 'k', 'm', 'g', 't']

/**
 * Parses a size in bytes: `2MB` and `2M` are 2,000,000, `2MiB` and `2Mi` are 2,097,152, `2048` and
 * `2048B` are bytes. Case is ignored, and fractions are allowed. Throws UsageError.
 */
export function parseSize(text: string): number {
  const [, digits, letter, binary] =
    /^\s*(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)b?\s*$/i.exec(text.replaceAll('_', '')) ?? []
  if (digits === undefined || (binary && !letter))
    throw new UsageError(texts.parse.notSize({ text, help: texts.parse.sizeHelp }))
  const bytes = Math.round(Number(digits) * (binary ? 1024 : 1000) ** POWERS.indexOf(letter!.toLowerCase()))
  if (!Number.isSafeInteger(bytes)) throw new UsageError(texts.parse.hugeSize({ text }))
  return bytes
}

/**
 * Parses bytes per second: a size with or without `/s`. `unlimited` and 0 are Infinity. Throws
 * UsageError.
 */
export function parseRate(text: string): number {
  if (/^\s*(unlimited|none)\s*$/i.test(text)) return Number.POSITIVE_INFINITY
  const rate = /^([^/]+)(?:\/s)?\s*$/i.exec(text)?.[1]
  if (rate === undefined) throw new UsageError(texts.parse.notRate({ text, help: texts.parse.sizeHelp }))
  return parseSize(rate) || Number.POSITIVE_INFINITY
}

/**
 * Parses a piece length: a power of two from 16 KiB to 256 MiB, as BEP 52 requires and all clients
 * expect. Throws UsageError.
 */
export function parsePieceLength(text: string): number {
  const bytes = parseSize(text)
  const exponent = Math.min(28, Math.max(14, Math.round(Math.log2(bytes))))
  if (bytes !== 2 ** exponent) {
    const [near, unit] = exponent < 20 ? [2 ** (exponent - 10), 'KiB'] : [2 ** (exponent - 20), 'MiB']
    throw new UsageError(texts.parse.notPieceLength({ text, near: `${near}${unit}` }))
  }
  return bytes
}

const SECONDS: Record<string, number> = { '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/**
 * Parses a duration, such as `30`, `30s`, `10m`, `1.5h` or `2d`, to milliseconds. Throws
 * UsageError.
 */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const seconds = SECONDS[unit?.toLowerCase() ?? ' ']
  if (digits === undefined || seconds === undefined || Number(digits) === 0)
    throw new UsageError(texts.parse.notDuration({ text }))
  return Number(digits) * seconds * 1000
}
