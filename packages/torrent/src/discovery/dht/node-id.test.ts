import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { compareDistance, crc32c, idAtDepth, isNodeIdFor, nodeIdFor, sharedBits } from './node-id.ts'

const idBytes = fc.uint8Array({ minLength: 20, maxLength: 20 })
const random = seededRandom(42)

describe('crc32c', () => {
  it('matches the check value of the polynomial', () => {
    expect(crc32c(utf8('123456789'))).toBe(0xe3069283)
  })
})

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

describe('distance', () => {
  const number = (id: Uint8Array) => id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

  it('orders IDs by their XOR as a number', () => {
    fc.assert(
      fc.property(idBytes, idBytes, idBytes, (target, a, b) => {
        const expected = (number(target) ^ number(a)) - (number(target) ^ number(b))
        const order = compareDistance(target, a, b)
        expect(Math.sign(order)).toBe(expected > 0n ? 1 : expected < 0n ? -1 : 0)
      }),
    )
  })

  it('generates an ID that shares exactly the given number of bits', () => {
    fc.assert(
      fc.property(idBytes, fc.integer({ min: 0, max: 160 }), (id, bits) => {
        expect(sharedBits(id, idAtDepth(id, bits, random))).toBe(bits)
      }),
    )
  })
})
