import { describe, expect, test } from 'vitest'
import { compareBytes } from './bytes.ts'
import { formatIp, parseIp } from './ip.ts'
import { IpRangesBuilder, networkRange } from './ip-ranges.ts'
import { seededRandom } from './random.ts'

const ranges = (...pairs: [string, string][]) => {
  const builder = new IpRangesBuilder()
  for (const [first, last] of pairs) expect(builder.add(parseIp(first)!, parseIp(last)!)).toBe(true)
  return builder.build()
}

describe('IpRanges', () => {
  test('contains the first and the last address of each range and what lies between', () => {
    const set = ranges(
      ['10.0.0.5', '10.0.0.9'],
      ['255.255.255.255', '255.255.255.255'],
      ['2001:db8::5', '2001:db8::1:0:0:0'],
      ['0.0.0.0', '0.0.0.0'],
    )
    for (const inside of [
      '10.0.0.5',
      '10.0.0.9',
      '::ffff:10.0.0.7',
      '255.255.255.255',
      '2001:db8::5',
      '2001:db8::6:7',
    ])
      expect(set.has(inside), inside).toBe(true)
    for (const outside of [
      '10.0.0.4',
      '10.0.0.10',
      '2001:db8::4',
      '2001:db8::1:0:0:1',
      'a.example',
      '',
      '::a00:5',
    ])
      expect(set.has(outside), outside).toBe(false)
  })

  test('merges overlapping, nested and adjacent ranges', () => {
    const set = ranges(
      ['10.0.0.0', '10.0.0.255'],
      ['10.0.0.10', '10.0.0.20'],
      ['10.0.1.0', '10.0.1.5'],
      ['10.0.0.200', '10.0.0.220'],
      ['2001:db8::', '2001:db8::ffff'],
      ['2001:db8::5', '2001:db8::1:0'],
    )
    expect(set.size).toBe(2)
    expect(set.has('10.0.1.5')).toBe(true)
    expect(set.has('2001:db8::1:0')).toBe(true)
  })

  test('agrees with a linear search, whatever the order of the ranges', () => {
    const random = seededRandom(5)
    const builder = new IpRangesBuilder()
    const all = Array.from({ length: 300 }, (_, i) => {
      const first = new Uint8Array(i % 2 ? 4 : 16).map(() => random.below(3))
      const last = first.map(byte => byte + random.below(2))
      builder.add(first, last)
      return [formatIp(first), first, last] as const
    })
    const set = builder.build()
    const inRange = (address: Uint8Array) =>
      all.some(
        ([, first, last]) =>
          first.length === address.length &&
          compareBytes(first, address) <= 0 &&
          compareBytes(last, address) >= 0,
      )
    for (let i = 0; i < 2000; i++) {
      const address = new Uint8Array(i % 2 ? 4 : 16).map(() => random.below(4))
      expect(set.has(formatIp(address)), formatIp(address)).toBe(inRange(address))
    }
  })

  test('rejects ranges of two families and ranges whose last address comes first', () => {
    const builder = new IpRangesBuilder()
    expect(builder.add(parseIp('1.2.3.4')!, parseIp('::1')!)).toBe(false)
    expect(builder.add(parseIp('1.2.3.4')!, parseIp('1.2.3.3')!)).toBe(false)
    expect(builder.build().size).toBe(0)
  })
})

test('networkRange spans a network of any length', () => {
  const span = (text: string, bits: number) => networkRange(parseIp(text)!, bits)?.map(formatIp)
  expect(span('10.1.2.3', 8)).toEqual(['10.0.0.0', '10.255.255.255'])
  expect(span('10.1.2.3', 30)).toEqual(['10.1.2.0', '10.1.2.3'])
  expect(span('10.1.2.3', 0)).toEqual(['0.0.0.0', '255.255.255.255'])
  expect(span('10.1.2.3', 33)).toBeUndefined()
  expect(span('2001:db8::1', 33)).toEqual(['2001:db8::', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'])
})
