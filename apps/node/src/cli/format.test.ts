import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatPercent, formatRate } from './format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [999_400, '999 kB'],
  [999_600, '1.00 MB'],
  [12_340_000, '12.3 MB'],
  [5e12, '5.00 TB'],
  [5e18, '5000 PB'],
])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('rates are bytes per second', () => expect(formatRate(1_500_000)).toBe('1.50 MB/s'))

test.each([
  [0, '0.0 %'],
  [0.4529, '45.2 %'],
  [0.99999, '99.9 %'],
  [1, '100 %'],
  [2, '100 %'],
  [-1, '0.0 %'],
])('fraction %d: only 1 is 100 %%', (fraction, text) => expect(formatPercent(fraction)).toBe(text))

test.each([
  [8, '8 s'],
  [65, '1 min 05 s'],
  [3599, '59 min 59 s'],
  [9000, '2 h 30 min'],
  [100_000, '1 d 3 h'],
  [1e12, 'years'],
])('%d seconds', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
