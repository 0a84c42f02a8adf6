import { describe, expect, it } from 'vitest'
import { readAddress } from '../base/address.ts'
import { AddressSet } from './address-set.ts'
import { ConnectionCounts } from './connection-counts.ts'
import { HashList } from './hash-list.ts'
import { RateTable } from './rate-table.ts'

const words = new Int32Array(4)

describe('AddressSet', () => {
  const set = new AddressSet(['10.0.0.0/8', '192.0.2.7', '2001:db8::/33', '::1'])
  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8:7fff::1', true],
    ['2001:db8:8000::1', false],
    ['::ffff:10.0.0.1', true],
    ['::1', true],
  ])('%s: %s', (text, expected) => {
    expect(set.has(readAddress(text, words)!, words)).toBe(expected)
  })

  it('accepts entire address families, and rejects invalid networks', () => {
    expect(new AddressSet(['0.0.0.0/0']).has(readAddress('203.0.113.9', words)!, words)).toBe(true)
    for (const wrong of ['10.0.0.0/33', 'x', '1.2.3.4/', '::/129', '1.2.3/8'])
      expect(() => new AddressSet([wrong])).toThrow(TypeError)
  })
})

describe('HashList', () => {
  it('contains the given hashes, v2 hashes by their first 20 bytes', () => {
    const list = new HashList(['00000001'.repeat(5), 'ABCDEF01'.repeat(8)])
    expect(list.has(Int32Array.of(1, 1, 1, 1, 1))).toBe(true)
    expect(list.has(new Int32Array(5).fill(0xabcdef01))).toBe(true)
    expect(list.has(Int32Array.of(1, 1, 1, 1, 2))).toBe(false)
    expect(() => new HashList(['abc'])).toThrow('info hash')
  })
})

describe('ConnectionCounts', () => {
  it('counts an IPv6 /64 as one address, in any notation', () => {
    const counts = new ConnectionCounts(2, true)
    expect(['2001:db8::1', '2001:db8:0:0:1::'].map(each => counts.admits(each))).toEqual([true, true])
    expect(counts.admits('2001:db8::3')).toBe(false)
    expect(counts.admits('2001:db8:0:1::3')).toBe(true)
    counts.release('2001:0db8::ffff')
    expect(counts.admits('2001:db8::3')).toBe(true)
    expect(['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1'].map(each => counts.admits(each))).toEqual([
      true,
      true,
      false,
    ])
  })

  it.each([true, false])('limits this machine unless it is trusted: %s', isTrusted => {
    const counts = new ConnectionCounts(1, isTrusted)
    expect(counts.admits('127.0.0.1')).toBe(true)
    expect(counts.admits('::ffff:127.0.0.1')).toBe(isTrusted)
  })
})

describe('RateTable', () => {
  it('limits each address per ten seconds', () => {
    const rates = new RateTable(2)
    const ask = (text: string, nowMs: number) => rates.admits(readAddress(text, words)!, words, nowMs)
    for (let count = 0; count < 20; count++) expect(ask('192.0.2.1', 1000)).toBe(true)
    expect(ask('192.0.2.1', 2000)).toBe(false)
    expect(ask('192.0.2.2', 2000)).toBe(true)
    expect(ask('192.0.2.1', 12_000)).toBe(true)
  })

  it('counts an IPv6 /64 as one address', () => {
    const rates = new RateTable(0.1)
    expect(rates.admits(readAddress('2001:db8::1', words)!, words, 0)).toBe(true)
    expect(rates.admits(readAddress('2001:db8::2', words)!, words, 0)).toBe(false)
    expect(rates.admits(readAddress('2001:db8:0:1::2', words)!, words, 0)).toBe(true)
  })
})
