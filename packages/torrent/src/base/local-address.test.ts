import { expect, it } from 'vitest'
import { isLocalAddress, isLocalHost, isLoopback, ownUrlHost } from './local-address.ts'

const LOCAL = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'fc00::1', '::ffff:127.0.0.1'],
]
const PUBLIC = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.1.1', '2001:db8::1', '::2', 'fe00::1', 'name']

it.each(LOCAL)('%s is local', host => {
  expect([isLocalAddress(host), isLocalHost(host)]).toEqual([true, true])
})

it.each(PUBLIC)('%s is not local', host => {
  expect([isLocalAddress(host), isLocalHost(host)]).toEqual([false, false])
})

it('knows the names of the local network', () => {
  const local = ['localhost', 'LOCALHOST.', 'a.localhost', 'printer.local', '[::1]', '[fd00::1]']
  expect(local.map(isLocalHost)).toEqual(local.map(() => true))
  const others = ['localhost.example', 'local', '10.example.com', '[2001:db8::1]', '::ffff:8.8.8.8']
  expect(others.map(isLocalHost)).toEqual(others.map(() => false))
})

it('knows what means this machine', () => {
  const own = ['localhost', 'a.localhost', 'Localhost.', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1']
  expect(own.map(isLoopback)).toEqual(own.map(() => true))
  const others = ['localhostx', 'a.local', '0.0.0.0', '192.168.1.5', '::2', '127.example', '']
  expect(others.map(isLoopback)).toEqual(others.map(() => false))
})

it('gives the URL host of a local server', () => {
  const hosts = ['0.0.0.0', '::', '192.0.2.1', '2001:db8::1', 'node.example']
  const expected = ['127.0.0.1', '[::1]', '192.0.2.1', '[2001:db8::1]', 'node.example']
  expect(hosts.map(ownUrlHost)).toEqual(expected)
})
