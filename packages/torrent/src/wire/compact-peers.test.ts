import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex } from '../base/bytes.ts'
import { formatIp } from '../base/ip.ts'
import { decodeCompactPeers, encodeCompactPeer, encodeCompactPeers, type IpFamily } from './compact-peers.ts'

const peers = (family: IpFamily) => {
  const size = family === 4 ? 4 : 16
  const ip = fc.uint8Array({ minLength: size, maxLength: size })
  return fc.array(fc.record({ host: ip.map(formatIp), port: fc.integer({ min: 1, max: 65535 }) }))
}

describe('compact peers', () => {
  it('survive a round trip, each family by itself', () => {
    fc.assert(
      fc.property(peers(4), peers(6), (four, six) => {
        const both = [...four, ...six]
        expect(decodeCompactPeers(encodeCompactPeers(both, 4), 4)).toEqual(four)
        expect(decodeCompactPeers(encodeCompactPeers(both, 6), 6)).toEqual(six)
      }),
    )
  })

  it('are encoded as in BEP 23 and BEP 7', () => {
    expect(hex(encodeCompactPeer({ host: '127.0.0.1', port: 6881 })!)).toBe('7f0000011ae1')
    expect(hex(encodeCompactPeer({ host: '2001:db8::1', port: 80 })!)).toBe(
      '20010db80000000000000000000000010050',
    )
  })

  it('leave out peers that cannot be dialled', () => {
    expect(encodeCompactPeer({ host: 'example.org', port: 80 })).toBeNull()
    expect(encodeCompactPeer({ host: '1.2.3.4', port: 0 })).toBeNull()
    expect(encodeCompactPeer({ host: '1.2.3.4', port: 65536 })).toBeNull()
    expect(decodeCompactPeers(fromHex('010203040000010203040050')!, 4)).toEqual([
      { host: '1.2.3.4', port: 80 },
    ])
  })

  it('treat an IPv4-mapped address in an IPv6 entry as IPv4', () => {
    const mapped = concat([new Uint8Array(10), fromHex('ffff010203040050')!])
    expect(decodeCompactPeers(mapped, 6)).toEqual([{ host: '1.2.3.4', port: 80 }])
    expect(encodeCompactPeer({ host: '::ffff:1.2.3.4', port: 80 })!.length).toBe(6)
  })

  it('stop at the limit and accept arbitrary bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(4, 6),
        fc.nat(5),
        (bytes, family, limit) => {
          const found = decodeCompactPeers(bytes, family, limit)
          expect(found.length).toBeLessThanOrEqual(Math.min(limit, bytes.length / (family === 4 ? 6 : 18)))
          for (const peer of found) expect(encodeCompactPeer(peer)).not.toBeNull()
        },
      ),
    )
  })
})
