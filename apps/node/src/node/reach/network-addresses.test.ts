import { expect, test } from 'vitest'
import { networkAddresses, urlOf } from './network-addresses.ts'

const ipv4 = (address: string) => ({ address, family: 'IPv4', internal: address.startsWith('127.') }) as const
const ipv6 = (address: string, scopeid = 0) =>
  ({ address, family: 'IPv6', internal: address === '::1', scopeid }) as const

test('the addresses of real interfaces are offered, private IPv4 first', () => {
  const interfaces = {
    lo: [ipv4('127.0.0.1'), ipv6('::1')],
    docker0: [ipv4('172.17.0.1')],
    'br-2f3a': [ipv4('172.18.0.1')],
    veth12: [ipv6('fe80::1', 4)],
    'vEthernet (WSL)': [ipv4('172.20.0.1')],
    tun0: [ipv4('10.8.0.2')],
    eth0: [ipv6('fd00::2'), ipv6('2001:db8::2'), ipv4('203.0.113.9'), ipv6('fe80::2', 2)],
    wlan0: [ipv4('192.168.1.5'), ipv4('169.254.3.4')],
  }
  expect(networkAddresses(interfaces)).toEqual(['192.168.1.5', '203.0.113.9', '2001:db8::2', 'fd00::2'])
  expect(networkAddresses({})).toEqual([])
})

test('an IPv6 address is in brackets', () => {
  expect(urlOf('192.168.1.5', 8420)).toBe('http://192.168.1.5:8420')
  expect(urlOf('2001:db8::2', 80)).toBe('http://[2001:db8::2]:80')
})
