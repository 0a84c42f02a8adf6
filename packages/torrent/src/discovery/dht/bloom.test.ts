import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../base/bytes.ts'
import { BloomFilter } from './bloom.ts'

// BEP 33, test vectors.
const EXPECTED = `
 F6C3F5EA A07FFD91 BDE89F77 7F26FB2B FF37BDB8 FB2BBAA2 FD3DDDE7 BACFFF75 EE7CCBAE
 FE5EEDB1 FBFAFF67 F6ABFF5E 43DDBCA3 FD9B9FFD F4FFD3E9 DFF12D1B DF59DB53 DBE9FA5B
 7FF3B8FD FCDE1AFB 8BEDD7BE 2F3EE71E BBBFE93B CDEEFE14 8246C2BC 5DBFF7E7 EFDCF24F
 D8DC7ADF FD8FFFDF DDFFF7A4 BBEEDF5C B95CE81F C7FCFF1F F4FFFFDF E5F7FDCB B7FD79B3
 FA1FC77B FE07FFF9 05B7B7FF C7FEFEFF E0B8370B B0CD3F5B 7F2BD93F EB4386CF DD6F7FD5
 BFAF2E9E BFFFFEEC D67ADBF7 C67F17EF D5D75EBA 6FFEBA7F FF47A91E B1BFBB53 E8ABFB57
 62ABE8FF 237279BF EFBFEEF5 FFC5FEBF DFE5ADFF ADFEE1FB 737FFFFB FD9F6AEF FEEE76B6
 FD8F72EF`

const v4 = (last: number) => Uint8Array.of(192, 0, 2, last)
const v6 = (last: number) => {
  const ip = fromHex('20010db8000000000000000000000000')!
  ip[14] = last >>> 8
  ip[15] = last
  return ip
}

describe('BloomFilter', () => {
  it('matches the bits and the estimate of the specification', () => {
    const filter = new BloomFilter()
    for (let i = 0; i < 256; i++) filter.add(v4(i))
    for (let i = 0; i <= 0x3e7; i++) filter.add(v6(i))
    expect(hex(filter.bytes)).toBe(EXPECTED.replace(/\s/g, '').toLowerCase())
    expect(filter.estimate()).toBeCloseTo(1224.9308, 3)
  })

  it('counts a union once', () => {
    const [a, b] = [new BloomFilter(), new BloomFilter()]
    for (let i = 0; i < 60; i++) a.add(v4(i))
    for (let i = 30; i < 90; i++) b.add(v4(i))
    expect(a.unite(b.bytes)).toBe(true)
    expect(Math.abs(a.estimate() - 90)).toBeLessThan(10)
    for (let i = 0; i < 90; i++) expect(a.mayHave(v4(i))).toBe(true)
  })

  it('is empty at first and finite when every bit is set', () => {
    const filter = new BloomFilter()
    expect(filter.estimate()).toBe(0)
    expect(filter.mayHave(v4(1))).toBe(false)
    filter.unite(new Uint8Array(256).fill(0xff))
    expect(filter.estimate()).toBeLessThan(10_000)
  })

  it('rejects bytes of another length', () => {
    const filter = new BloomFilter()
    expect(filter.unite(new Uint8Array(255).fill(0xff))).toBe(false)
    expect(filter.estimate()).toBe(0)
  })
})
