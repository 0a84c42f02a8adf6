import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../base/ip.ts'
import { isLocalIp } from '../../base/local-address.ts'
import {
  compactEndpoint,
  compactNodes,
  isUnicast,
  ownerKey,
  parseCompactEndpoint,
  parseCompactNodes,
  toEndpoint,
} from './contact.ts'

const ip = (text: string) => parseIp(text)!

describe('addresses', () => {
  it.each([
    '10.0.0.1',
    '127.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.0.1',
    '169.254.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
  ])('%s is local', text => expect(isLocalIp(ip(text))).toBe(true))

  it.each(['1.2.3.4', '172.15.0.1', '172.32.0.1', '192.169.0.1', '2001:db8::1', '::2', 'fec0::1'])(
    '%s is not local',
    text => expect(isLocalIp(ip(text))).toBe(false),
  )

  it.each(['0.0.0.0', '0.1.2.3', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', '::ffff:1.2.3.4'])(
    'nobody can be at %s',
    text => expect(isUnicast(ip(text))).toBe(false),
  )

  it('share an owner by /64 in IPv6, and by port if they are local', () => {
    const at = (host: string, port = 1) => toEndpoint(host, port)!
    expect(ownerKey(at('2001:db8:1:2::1'))).toBe(ownerKey(at('2001:db8:1:2:ffff::9', 2)))
    expect(ownerKey(at('1.2.3.4'))).toBe(ownerKey(at('1.2.3.4', 2)))
    expect(ownerKey(at('127.0.0.1'))).not.toBe(ownerKey(at('127.0.0.1', 2)))
  })

  it('are not made from names, zones and ports out of range', () => {
    for (const [host, port] of [
      ['example.org', 1],
      ['fe80::1%eth0', 1],
      ['1.2.3.4', 0],
      ['1.2.3.4', 65536],
    ] as const) {
      expect(toEndpoint(host, port)).toBeNull()
    }
  })
})

describe('compact form', () => {
  const endpoint = (bytes: number) =>
    fc
      .tuple(fc.uint8Array({ minLength: bytes, maxLength: bytes }), fc.integer({ min: 1, max: 65535 }))
      .filter(([address]) => isUnicast(address))
      .map(([address, port]) => parseCompactEndpoint(compactEndpoint({ ip: address, host: '', port }))!)
  const id = fc.uint8Array({ minLength: 20, maxLength: 20 })

  it.each([4, 6] as const)('preserves nodes of IPv%i', family => {
    const contact = fc
      .tuple(endpoint(family === 4 ? 4 : 16), id)
      .map(([at, nodeId]) => ({ ...at, id: nodeId }))
    fc.assert(
      fc.property(fc.array(contact, { maxLength: 32 }), contacts => {
        expect(parseCompactNodes(compactNodes(contacts), family)).toEqual(contacts)
      }),
    )
  })

  it('accepts arbitrary bytes: null for a wrong length, at most 32 nodes, all of them usable', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), bytes => {
        const nodes = parseCompactNodes(bytes, 4)
        expect(nodes === null).toBe(bytes.length % 26 !== 0)
        expect(nodes?.length ?? 0).toBeLessThanOrEqual(32)
      }),
    )
    expect(parseCompactNodes(new Uint8Array(26), 4)).toEqual([])
    expect(parseCompactEndpoint(new Uint8Array(7))).toBeNull()
  })
})
