import { expect, test } from 'vitest'
import { formatAgo, formatBytes, formatDuration, formatPercent, formatRate, formatRatio } from './format.ts'

test('sizes have three digits and count in thousands', () => {
  const sizes = [0, 1, 999, 999.6, 1000, 12_345, 123_456, 999_499, 999_500, 1.5e9, 2e12, 9e18].map(
    formatBytes,
  )
  expect(sizes).toEqual([
    '0 B',
    '1 B',
    '999 B',
    '1.00 kB',
    '1.00 kB',
    '12.3 kB',
    '123 kB',
    '999 kB',
    '1.00 MB',
    '1.50 GB',
    '2.00 TB',
    '9,000 PB',
  ])
})

test('rates have at most one digit after the point', () => {
  expect([0, 900, 1234, 1_250_000, 45_600_000].map(formatRate)).toEqual([
    '0 B/s',
    '900 B/s',
    '1.2 kB/s',
    '1.3 MB/s',
    '45.6 MB/s',
  ])
})

test('only what is complete is 100 %', () => {
  expect([0, 0.5, 0.99999, 1].map(part => formatPercent(part))).toEqual(['0%', '50%', '99%', '100%'])
  expect([0.99999, 0.1234].map(part => formatPercent(part, 1))).toEqual(['99.9%', '12.3%'])
})

test('durations have the two largest units', () => {
  expect(
    [0, 59, 60, 3661, 90_000, 86_400 * 400, 1e12, Number.POSITIVE_INFINITY].map(span => formatDuration(span)),
  ).toEqual(['0s', '59s', '1m', '1h 1m', '1d 1h', '1y 35d', '∞', '∞'])
})

test('times are formatted as people say them', () => {
  const now = 1_700_000_000_000
  expect(formatAgo(now - 3 * 3_600_000, now)).toBe('3 hours ago')
  expect(formatAgo(now + 2 * 86_400_000, now)).toBe('in 2 days')
  expect(formatAgo(now - 100, now)).toBe('now')
})

test('large ratios need no decimals', () => {
  expect([0, 1.234, 12.34, 1234].map(formatRatio)).toEqual(['0.00', '1.23', '12.3', '1,234'])
})
