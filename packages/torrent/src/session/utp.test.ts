import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import type { TransportServices } from '../transport/services.ts'
import { UtpTransport } from '../transport/utp/utp-transport.ts'
import { filled, SessionWorld } from './testing/world.ts'

const memory = true
const createTransports = (services: TransportServices) => [new UtpTransport(services)]

test('sessions transfer over uTP, on the port of the DHT', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 20 })
  const options = { dht: true, dhtNodes: [] }
  const seedSession = await world.open('80.0.0.1', options, {
    createTransports,
    createMemoryStorage: filled(content),
  })
  const seed = await seedSession.add(content.metainfo, { memory, trusted: true })
  const session = await world.open('80.0.0.2', options, { createTransports })
  const torrent = await session.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
  await world.until('completion', () => torrent.stats.state === 'seeding')
  expect(seedSession.port).toBe(6881)
  expect(world.datagrams.openPorts('80.0.0.1')).toEqual([6881])
  expect(seed.peers()).toMatchObject([{ kind: 'utp', incoming: true, address: '80.0.0.2:6881' }])
  expect(seedSession.stats.connections).toMatchObject({ utp: 1 })
})

test('uTP can be turned off and on while a session is open', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  const both = {
    createTransports: (services: TransportServices) => [
      world.network.transport('80.0.0.1'),
      new UtpTransport(services),
    ],
    createMemoryStorage: filled(content),
  }
  const session = await world.open('80.0.0.1', { utp: false }, both)
  expect(world.datagrams.openPorts('80.0.0.1')).toEqual([])
  await session.add(content.metainfo, { memory, trusted: true })
  await session.configure({ utp: true })
  expect(world.datagrams.openPorts('80.0.0.1')).toEqual([session.port])
  const leech = await world.open('80.0.0.2', {}, { createTransports })
  const torrent = await leech.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
  await world.until('completion', () => torrent.stats.state === 'seeding')
  await leech.close()
  // The connection is closed a moment later, when the other side has confirmed that.
  await world.clock.advance(5000)
  await session.configure({ port: 7000 })
  await session.configure({ utp: false })
  expect(world.datagrams.openPorts('80.0.0.1')).toEqual([])
  expect(session.port).toBe(7000)
})

test('a session opens without uTP if another program has the UDP port', async () => {
  await using world = new SessionWorld()
  const other = await world.machine('80.0.0.1')({ family: 4, port: 6881 })
  const session = await world.open(
    '80.0.0.1',
    { port: 6881 },
    {
      createTransports: services => [world.network.transport('80.0.0.1'), new UtpTransport(services)],
    },
  )
  expect(session.port).toBe(6881)
  await other.close()
})
