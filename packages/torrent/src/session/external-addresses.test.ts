import { describe, expect, test } from 'vitest'
import { ExternalAddresses } from './external-addresses.ts'

const open = (isAnonymous = false) =>
  new ExternalAddresses({ port: () => 6881, isAnonymous, clock: { unixMs: () => 5 } })
const OURS = '203.0.113.7'

describe('our external address', () => {
  test('is the one on which most of at least three networks agree', () => {
    const addresses = open()
    addresses.vote('80.1.0.1', OURS)
    addresses.vote('80.2.0.1', OURS)
    expect(addresses.current(4)).toBeNull()
    addresses.vote('80.3.0.1', OURS)
    expect(addresses.current(4)).toBe(OURS)
    expect(addresses.version).toBe(1)
    expect(addresses.current(6)).toBeNull()
  })

  test('is not decided by one network, nor by peers that cannot know it', () => {
    const addresses = open()
    for (let i = 0; i < 40; i++) addresses.vote(`80.1.${i}.1`, OURS)
    for (const local of ['10.0.0.1', '192.168.1.1', 'a.example']) addresses.vote(local, OURS)
    for (const seen of ['10.0.0.1', '224.0.0.1', '0.0.0.0', 'x'])
      for (let i = 2; i < 9; i++) addresses.vote(`80.${i}.0.1`, seen)
    expect(addresses.current(4)).toBeNull()
  })

  test('stays unknown behind a strict proxy, whose address others see', () => {
    const addresses = open(true)
    addresses.tell('tracker', OURS)
    for (let i = 0; i < 9; i++) addresses.vote(`80.${i}.0.1`, OURS)
    expect(addresses.current(4)).toBeNull()
  })

  test('changes with what recent peers see', () => {
    const addresses = open()
    for (let i = 0; i < 32; i++) addresses.vote(`80.${i}.0.1`, OURS)
    for (let i = 32; i < 48; i++) addresses.vote(`80.${i}.0.1`, '203.0.113.8')
    expect(addresses.current(4)).toBe(OURS)
    addresses.vote('80.48.0.1', '203.0.113.8')
    expect(addresses.current(4)).toBe('203.0.113.8')
  })

  test('is, without enough peers, what the DHT, the router or a tracker says', () => {
    const addresses = open()
    addresses.tell('tracker', '203.0.113.1')
    expect(addresses.current(4)).toBe('203.0.113.1')
    addresses.tell('router', '192.168.0.2')
    addresses.tell('dht', '203.0.113.2')
    expect(addresses.current(4)).toBe('203.0.113.2')
    addresses.tell('tracker', '2001:db8::1')
    expect(addresses.current(6)).toBe('2001:db8::1')
    for (let i = 0; i < 3; i++) addresses.vote(`80.${i}.0.1`, '::ffff:203.0.113.7')
    expect(addresses.current(4)).toBe(OURS)
  })

  test('connections from outside prove that we are reachable, until our address or port changes', () => {
    const addresses = open()
    const arrive = (kind: 'tcp' | 'utp' | 'webrtc', host: string, isDialable = kind !== 'webrtc') =>
      addresses.arrived({
        kind,
        remote: { host, port: 1 },
        dialableAddress: isDialable ? { host, port: 1 } : null,
      })
    arrive('tcp', '192.168.1.9')
    arrive('tcp', 'fe80::1')
    arrive('webrtc', '80.1.0.1')
    expect(addresses.stats).toMatchObject({ isReachable: false, arrivals: [] })
    arrive('tcp', '80.1.0.1')
    arrive('utp', '80.1.0.2')
    arrive('utp', '2001:db8::1')
    arrive('tcp', '::ffff:80.1.0.3')
    const on = { family: 4, atMs: 5 }
    const ipv6 = { family: 6, transport: 'utp', host: '2001:db8::1', atMs: 5 }
    expect(addresses.stats.isReachable).toBe(true)
    expect(addresses.stats.arrivals).toEqual([
      { ...on, transport: 'tcp', host: '80.1.0.3' },
      { ...on, transport: 'utp', host: '80.1.0.2' },
      ipv6,
    ])
    addresses.tell('router', '203.0.113.1')
    expect(addresses.stats.arrivals).toHaveLength(3)
    addresses.tell('router', '203.0.113.2')
    expect(addresses.stats.arrivals).toEqual([ipv6])
    addresses.forgetArrivals()
    expect(addresses.stats.isReachable).toBe(false)
  })

  test('gives peers their canonical priority (BEP 40)', () => {
    const addresses = open()
    expect(addresses.priorityOf({ host: '98.76.54.32', port: 1 })).toBe(0)
    addresses.tell('tracker', '123.213.32.10')
    expect(addresses.priorityOf({ host: '98.76.54.32', port: 1 })).toBe(0xec2d7224)
    expect(addresses.priorityOf({ host: '2001:db8::1', port: 1 })).toBe(0)
  })
})
