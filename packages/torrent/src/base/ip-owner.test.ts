import { expect, it } from 'vitest'
import { parseIp } from './ip.ts'
import { ipNeighborhood, ipOwner } from './ip-owner.ts'

const ip = (text: string) => parseIp(text)!

it('has one owner for an IPv4 address and for a /64 of IPv6', () => {
  expect(ipOwner(ip('2001:db8:1:2::1'))).toBe(ipOwner(ip('2001:db8:1:2:ffff::9')))
  expect(ipOwner(ip('2001:db8:1:2::1'))).not.toBe(ipOwner(ip('2001:db8:1:3::1')))
  expect(ipOwner(ip('1.2.3.4'))).not.toBe(ipOwner(ip('1.2.3.5')))
})

it('has one neighborhood for a /24 of IPv4 and for a /48 of IPv6', () => {
  expect(ipNeighborhood(ip('2001:db8:1:2::1'))).toBe(ipNeighborhood(ip('2001:db8:1:3::1')))
  expect(ipNeighborhood(ip('1.2.3.4'))).toBe(ipNeighborhood(ip('1.2.3.5')))
  expect(ipNeighborhood(ip('1.2.3.4'))).not.toBe(ipNeighborhood(ip('1.2.4.4')))
})

it('has neither for local addresses', () => {
  for (const text of ['127.0.0.1', '192.168.1.2', '::1', 'fe80::1']) {
    expect([ipOwner(ip(text)), ipNeighborhood(ip(text))]).toEqual([null, null])
  }
})
