import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { isNodeIdFor, nodeIdFor } from './node-id.ts'

const random = seededRandom(42)

describe('BEP 42', () => {
  it.each([
    ['124.31.75.21', '5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401'],
    ['21.75.31.124', '5a3ce9c14e7a08645677bbd1cfe7d8f956d53256'],
    ['65.23.51.170', 'a5d43220bc8f112a3d426c84764f8c2a1150e616'],
    ['84.124.73.14', '1b0321dd1bb1fe518101ceef99462b947a01ff41'],
    ['43.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
  ])('accepts the example ID of %s and rejects similar ones', (address, text) => {
    const ip = Uint8Array.from(address.split('.').map(Number))
    const id = fromHex(text)!
    expect(isNodeIdFor(id, ip)).toBe(true)
    for (let bit = 0; bit < 21; bit++) {
      const other = id.slice()
      other[bit >>> 3]! ^= 0x80 >>> (bit & 7)
      expect(isNodeIdFor(other, ip)).toBe(false)
    }
    const spare = id.slice()
    spare[2]! ^= 0x07
    spare[19]! ^= 0xf8
    expect(isNodeIdFor(spare, ip)).toBe(true)
  })

  it('generates IDs that are valid for their address, of both families', () => {
    const ips = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    )
    fc.assert(fc.property(ips, ip => isNodeIdFor(nodeIdFor(ip, random), ip)))
  })

  it('ignores the half of an IPv6 address that the host can choose', () => {
    const ip = fromHex('20010db8000100020000000000000001')!
    const id = nodeIdFor(ip, random)
    const sibling = ip.slice()
    sibling[15] = 0xff
    expect(isNodeIdFor(id, sibling)).toBe(true)
    sibling[7]! ^= 1
    expect(isNodeIdFor(id, sibling)).toBe(false)
  })
})
