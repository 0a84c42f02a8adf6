import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../base/virtual-clock.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import { MemoryNetwork } from '../transport/memory-transport.ts'
import type { TransportServices } from '../transport/services.ts'
import type { Connection, PeerAddress, Transport } from '../transport/transport.ts'
import { resolveEnvironment, sessionTransports } from './environment.ts'
import { filled, SessionWorld } from './testing/world.ts'

const memory = true
const SEED_NAME: PeerAddress = { host: 'QmSeed', port: 0, kind: 'libp2p' }

/**
 * Makes a memory transport look like one whose addresses are names without ports, and whose
 * connections are encrypted.
 */
function namedTransport(network: MemoryNetwork, name: string): Transport & { closed: boolean } {
  const inner = network.transport(name)
  const disguise = (connection: Connection): Connection => {
    const remote: PeerAddress = { host: connection.remote.host, port: 0, kind: 'libp2p' }
    const facts = { kind: 'libp2p', isSecure: true, remote, dialableAddress: remote } as const
    return new Proxy(connection, {
      get(target, key) {
        if (key in facts) return facts[key as keyof typeof facts]
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  return {
    kind: 'libp2p',
    closed: false,
    canDial: ({ kind }) => kind === 'libp2p',
    dial: async ({ host }, options) => disguise(await inner.dial({ host, port: 1 }, options)),
    async listen(_options, onConnection) {
      const listener = await inner.listen({ port: 1 }, connection => onConnection(disguise(connection)))
      return { port: 0, close: () => listener.close() }
    },
    async close() {
      this.closed = true
      await inner.close()
    },
  }
}

/**
 * Two sessions, one with the complete torrent; each has a transport of names in addition to the
 * platform's.
 */
async function meet(world: SessionWorld, content: TestTorrent) {
  const names = new MemoryNetwork({ clock: world.clock })
  const [atSeed, atLeech] = [namedTransport(names, 'QmSeed'), namedTransport(names, 'QmLeech')]
  const required = { encryption: 'require', pex: true } as const
  const seedSession = await world.open('80.0.0.1', required, {
    transports: [atSeed],
    createMemoryStorage: filled(content),
  })
  const seed = await seedSession.add(content.metainfo, { memory, trusted: true })
  const leechSession = await world.open('80.0.0.2', required, { transports: [atLeech] })
  const leech = await leechSession.add(content.metainfo, { memory })
  return { names, atSeed, atLeech, seedSession, seed, leechSession, leech }
}

describe('transports', () => {
  test('given to a session join those of the platform', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({})
    const { seedSession, leechSession, leech, seed } = await meet(world, content)
    expect([seedSession.port, leechSession.port]).toEqual([6881, 6881])
    leech.addPeer(SEED_NAME)
    await world.until('completion', () => leech.stats.state === 'seeding')
    expect(seed.peers()).toMatchObject([{ kind: 'libp2p', encrypted: true, incoming: true }])
    expect(seedSession.stats).toMatchObject({ connections: { libp2p: 1, memory: 0 }, isReachable: false })
    const third = await world.open('80.0.0.3')
    const other = await third.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
    // The seed requires encryption, which this peer does not offer.
    await world.clock.advance(30_000)
    expect(other.stats.state).toBe('downloading')
    await third.configure({ encryption: 'prefer' })
    await world.until('completion', () => other.stats.state === 'seeding', 600_000)
    expect(seedSession.stats.connections).toMatchObject({ memory: 1 })
  })

  test('with names instead of addresses do not confuse peer exchange, limits and bans', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({})
    const { names, seed, leech } = await meet(world, content)
    leech.addPeer(SEED_NAME)
    await world.until('completion', () => leech.stats.state === 'seeding')
    // Peers on the internet learn only of peers with IP addresses.
    const outside = await world.open('80.0.0.4', { encryption: 'prefer' })
    const stranger = await outside.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
    await world.until('completion', () => stranger.stats.state === 'seeding', 600_000)
    await world.clock.advance(180_000)
    for (const { address } of stranger.peers()) expect(address).not.toContain('Qm')
    const { pool } = seed.phases.network.swarm!
    pool.ban('QmLeech')
    expect(pool.add([{ host: 'QmLeech', port: 0, kind: 'libp2p' }], 'manual')).toBe(0)
    expect(pool.add([{ host: 'QmOther', port: 0, kind: 'libp2p' }], 'manual')).toBe(1)
    expect(pool.add([{ host: '80.0.0.77', port: 0 }], 'manual')).toBe(0)
    const many = [1, 2, 3, 4, 5].map(number => namedTransport(names, `QmOther${number}`))
    for (const [number, transport] of many.entries()) {
      const session = await world.open(`80.0.1.${number}`, {}, { transports: [transport] })
      const torrent = await session.add(content.metainfo, { memory })
      torrent.addPeer(SEED_NAME)
      await world.until('completion', () => torrent.stats.state === 'seeding')
    }
  })

  test('can be added to and removed from an open session', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({})
    const names = new MemoryNetwork({ clock: world.clock })
    const seed = await world.seed('80.0.0.1', content)
    const leech = await (await world.open('80.0.0.2')).add(content.metainfo, { memory })
    const [seedSession, leechSession] = world.sessions
    const atSeed = namedTransport(names, 'QmSeed')
    const remove = await seedSession!.addTransport(atSeed)
    await expect(seedSession!.addTransport(namedTransport(names, 'QmTwo'))).rejects.toMatchObject({
      code: 'bad-argument',
    })
    await leechSession!.addTransport(namedTransport(names, 'QmLeech'))
    leech.addPeer(SEED_NAME)
    await world.until('completion', () => leech.stats.state === 'seeding')
    expect(seed.peers()).toHaveLength(1)
    await remove()
    await remove()
    expect(atSeed.closed).toBe(true)
    expect(seed.peers()).toHaveLength(1)
    expect(names.listenerAt({ host: 'QmSeed', port: 1 })).toBeUndefined()
    await seedSession!.close()
    const late = namedTransport(names, 'QmSeed')
    await expect(seedSession!.addTransport(late)).rejects.toMatchObject({ code: 'closed' })
  })

  test('replace those of the same kind of the platform, and come first', () => {
    const network = new MemoryNetwork({ clock: new VirtualClock() })
    const [own, given, named] = [network.transport('a'), network.transport('b'), namedTransport(network, 'c')]
    const createTransports = (_: TransportServices) => [own]
    const services = {} as TransportServices
    const of = (transports: Transport[]) =>
      sessionTransports(resolveEnvironment({ createTransports, transports }, {}), services)
    expect(of([])).toEqual([own])
    expect(of([named])).toEqual([named, own])
    expect(of([named, given])).toEqual([named, given])
    expect(() => of([given, given])).toThrow(/one transport of each kind/)
  })

  test('over UDP share the port of the DHT', async () => {
    await using world = new SessionWorld()
    const services: TransportServices[] = []
    const session = await world.open(
      '80.0.0.1',
      { dht: true, dhtNodes: [] },
      {
        createTransports(given) {
          services.push(given)
          return [world.network.transport('80.0.0.1')]
        },
      },
    )
    const open = services[0]!.datagrams.protocol(bytes => bytes[0] === 0x41)
    const socket = await open({ family: 4, port: session.port })
    expect(world.datagrams.openPorts('80.0.0.1')).toEqual([session.port])
    const arrived: number[] = []
    socket.onMessage = bytes => arrived.push(bytes[0]!)
    const stranger = await world.machine('80.0.0.2')({ family: 4, port: 0 })
    let answers = ''
    stranger.onMessage = bytes => {
      answers += Buffer.from(bytes).toString('latin1')
    }
    stranger.send(Uint8Array.of(0x41, 2), '80.0.0.1', session.port)
    const ping = `d1:ad2:id20:${'x'.repeat(20)}e1:q4:ping1:t2:aa1:y1:qe`
    stranger.send(Buffer.from(ping), '80.0.0.1', session.port)
    await world.clock.advance(1000)
    expect(arrived).toEqual([0x41])
    expect(answers).toContain('1:t2:aa')
    await session.configure({ dht: false })
    expect(world.datagrams.openPorts('80.0.0.1')).toEqual([session.port])
    await socket.close()
    expect(world.datagrams.openPorts('80.0.0.1')).toEqual([])
  })
})
