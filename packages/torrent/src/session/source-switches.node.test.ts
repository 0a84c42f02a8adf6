import { expect, test } from 'vitest'
import type { SwitchableSource } from '../api.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import type { Connection, Transport } from '../transport/transport.ts'
import { UtpTransport } from '../transport/utp/utp-transport.ts'
import { filled, SessionWorld } from './testing/world.ts'

const memory = true

/** Makes a memory transport look like TCP. */
function asTcp(inner: Transport): Transport {
  const disguise = (connection: Connection): Connection =>
    new Proxy(connection, {
      get(target, key) {
        if (key === 'kind') return 'tcp'
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return {
    kind: 'tcp',
    canDial: address => inner.canDial(address),
    dial: async (address, options) => disguise(await inner.dial(address, options)),
    listen: (place, onConnection) => inner.listen(place, connection => onConnection(disguise(connection))),
    close: () => inner.close(),
  }
}

/** A session that speaks TCP and uTP. */
const openBoth = (world: SessionWorld, host: string, content?: TestTorrent) =>
  world.open(
    host,
    {},
    {
      createTransports: services => [asTcp(world.network.transport(host)), new UtpTransport(services)],
      ...(content && { createMemoryStorage: filled(content) }),
    },
  )

/** A seed, and a leech that cannot finish: it may receive one byte a second. */
async function meet(world: SessionWorld) {
  const content = await testTorrent({ pieces: 20 })
  const seedSession = await openBoth(world, '80.0.0.1', content)
  const seed = await seedSession.add(content.metainfo, { memory, trusted: true })
  const session = await openBoth(world, '80.0.0.2')
  const limits = { downloadBytesPerSecond: 1 }
  const leech = await session.add(content.metainfo, { memory, limits, peers: ['80.0.0.1:6881'] })
  return { seed, leech }
}

const kinds = (torrent: { peers(): { kind: string }[] }) => torrent.peers().map(({ kind }) => kind)

test('a kind of peer that is switched off is disconnected, and the same peer reached by another kind', async () => {
  await using world = new SessionWorld()
  const { leech } = await meet(world)
  await world.until('uTP, which comes first', () => kinds(leech).join() === 'utp')
  leech.setSourcesOff(['utp'])
  expect(leech.peers()).toEqual([])
  await world.until('TCP', () => kinds(leech).join() === 'tcp')
  leech.setSourcesOff(['tcp'])
  await world.until('uTP', () => kinds(leech).join() === 'utp')
})

test('connections of a kind that is switched off are refused when they come in', async () => {
  await using world = new SessionWorld()
  const { seed, leech } = await meet(world)
  await world.until('a connection', () => seed.peers().length === 1)
  const off: SwitchableSource[] = ['tcp', 'utp']
  seed.setSourcesOff(off)
  expect(seed.sourcesOff).toEqual(off)
  const { peers } = seed.phases.network.swarm!
  let accepted = 0
  const set = peers.set.bind(peers)
  peers.set = (...given) => {
    accepted++
    return set(...given)
  }
  await world.clock.advance(120_000)
  expect([accepted, leech.peers()]).toEqual([0, []])
  seed.setSourcesOff([])
  await world.until('a connection', () => leech.peers().length === 1, 1_800_000)
})
