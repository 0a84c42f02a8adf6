import { UsageError } from '@shoal/options'
import { describe, expect, test } from 'vitest'
import { parseDuration, parsePieceLength, parseRate, parseSize } from './size.ts'

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['2048', 2048],
    ['2048B', 2048],
    ['2MB', 2_000_000],
    ['2M', 2_000_000],
    ['2mb', 2_000_000],
    ['2MiB', 2 * 2 ** 20],
    ['2Mi', 2 * 2 ** 20],
    ['500KiB', 512_000],
    ['1.5G', 1_500_000_000],
    ['1_000 k', 1_000_000],
    ['0.5Ki', 512],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each([
    '',
    'MB',
    '2X',
    '-1',
    '2iB',
    '1e9',
    '2 M B',
    '99999999T',
    '1.2.3',
    'Infinity',
    `${'9'.repeat(400)}`,
  ])('rejects %s', text => expect(() => parseSize(text)).toThrow(UsageError))
})

describe('rates', () => {
  test.each([
    ['2MB', 2_000_000],
    ['500KiB/s', 512_000],
    ['unlimited', Number.POSITIVE_INFINITY],
    ['0', Number.POSITIVE_INFINITY],
    ['0 MB/s', Number.POSITIVE_INFINITY],
  ])('%s', (text, rate) => expect(parseRate(text)).toBe(rate))

  test.each(['/s', '2MB/min', ''])('rejects %s', text => expect(() => parseRate(text)).toThrow(UsageError))
})

describe('piece lengths', () => {
  test.each([
    ['16KiB', 16_384],
    ['1MiB', 2 ** 20],
    ['16384', 16_384],
    ['256MiB', 2 ** 28],
  ])('%s', (text, bytes) => expect(parsePieceLength(text)).toBe(bytes))

  test.each([
    ['1MB', /1MiB is the nearest/],
    ['1KiB', /16KiB is the nearest/],
    ['0', /16KiB is the nearest/],
    ['4GiB', /256MiB is the nearest/],
  ])('rejects %s', (text, message) => expect(() => parsePieceLength(text)).toThrow(message))
})

describe('times', () => {
  test.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['10 min', 600_000],
    ['2d', 172_800_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '0', 's', '5 weeks', '-1s', 'constructor'])('rejects %s', text =>
    expect(() => parseDuration(text)).toThrow(UsageError),
  )
})
