import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { connectionGate } from './gate.ts'

/** A connection that has been accepted, and on which nothing has arrived. */
function connectionFrom(address: string): MultiaddrConnection {
  const version = address.includes(':') ? 'ip6' : 'ip4'
  const remoteAddr = multiaddr(`/${version}/${address}/tcp/4001`)
  return Object.assign(new EventTarget(), { remoteAddr }) as unknown as MultiaddrConnection
}

function open() {
  const gate = connectionGate({ blocks: () => false, maxIncoming: 100, connections: () => [] })
  const admits = (connection: MultiaddrConnection) => !gate.denyInboundConnection!(connection)
  return { gate, admits, from: (address: string) => admits(connectionFrom(address)) }
}

it('admits three connections that say nothing of each /24 and /48', () => {
  const { from } = open()
  expect([1, 2, 3, 4].map(last => from(`203.0.113.${last}`))).toEqual([true, true, true, false])
  expect(from('203.0.114.1')).toBe(true)
  expect([1, 2, 3, 4].map(subnet => from(`2001:db8:0:${subnet}::1`))).toEqual([true, true, true, false])
  expect(from('2001:db8:1::1')).toBe(true)
})

it('admits as many of each address in the local network, and any number from this machine', () => {
  const { from } = open()
  expect([1, 2, 3, 4].map(() => from('192.168.1.7'))).toEqual([true, true, true, false])
  expect(from('192.168.1.8')).toBe(true)
  expect(Array.from({ length: 20 }, () => from('127.0.0.1'))).not.toContain(false)
})

it('counts a connection until it has proved an identity, or is closed', async () => {
  const { gate, admits, from } = open()
  const all = [1, 2, 3].map(last => connectionFrom(`203.0.113.${last}`))
  expect(all.map(admits)).toEqual([true, true, true])
  expect(from('203.0.113.9')).toBe(false)
  await gate.denyInboundUpgradedConnection!({} as PeerId, all[0]!)
  expect(from('203.0.113.9')).toBe(true)
  expect(from('203.0.113.9')).toBe(false)
  all[1]!.dispatchEvent(new Event('close'))
  // The first was left already.
  all[0]!.dispatchEvent(new Event('close'))
  expect(from('203.0.113.9')).toBe(true)
  expect(from('203.0.113.9')).toBe(false)
})
