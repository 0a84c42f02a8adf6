import { describe, expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const EVERYTHING = { trackers: true, dht: true, lsd: true, dhtNodes: ['80.0.9.9:6881'] }
const TRACKER = 'http://tracker.example/announce'

/** A tracker that keeps the port and event of each announce. */
function tracker(told: string[]) {
  const body = new TextEncoder().encode('d8:intervali1800e5:peers0:e')
  return {
    httpGet: async (asked: string) => {
      const { searchParams } = new URL(asked)
      told.push(`${searchParams.get('port')} ${searchParams.get('event') ?? 'none'}`)
      return { status: 200, body }
    },
  }
}

const kinds = (session: Session) =>
  session.torrents.map(torrent => torrent.discovery().map(({ kind }) => kind))

describe('a session that is configured while it runs', () => {
  test('turns discoveries on and off for all torrents, and for private ones only the trackers', async () => {
    await using world = new SessionWorld()
    const told: string[] = []
    const session = await world.open('80.0.0.1', {}, tracker(told))
    const shared = await testTorrent({ version: 'hybrid' })
    const secret = await testTorrent({ private: true, pieces: 4 })
    for (const { metainfo } of [shared, secret])
      await session.add({ ...metainfo, trackers: [[TRACKER]] }, { memory })
    expect(kinds(session)).toEqual([[], []])
    await session.configure(EVERYTHING)
    await world.until('trackers were notified', () => told.length === 3)
    const all = ['tracker', 'dht', 'lsd']
    expect(kinds(session)).toEqual([[...all, ...all], ['tracker']])
    expect(session.stats.dhtNodes).toBe(0)
    const off = session.configure({ trackers: false, dht: false, lsd: false })
    await world.until('they were notified that we leave', () => told.length === 6)
    await off
    expect(told.map(line => line.split(' ')[1])).toEqual([
      ...Array(3).fill('started'),
      ...Array(3).fill('stopped'),
    ])
    expect(kinds(session)).toEqual([[], []])
    expect(session.stats.dhtNodes).toBeNull()
    // Setting a discovery to its current state changes nothing.
    await session.configure({ trackers: false, lsd: false })
  })

  test('moves to another port: open connections stay, new ones are accepted there, and trackers learn of it', async () => {
    await using world = new SessionWorld()
    const told: string[] = []
    const content = await testTorrent({ pieces: 64 })
    const seed = await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 100_000 } })
    const [seeding] = world.sessions
    const leech = await world.open('80.0.0.2', { trackers: true, pex: false }, tracker(told))
    const torrent = await leech.add({ ...content.metainfo, trackers: [[TRACKER]] }, { memory })
    seed.addPeer('80.0.0.2:6881')
    await world.until('they are connected', () => seed.stats.peers === 1)
    await leech.configure({ port: 7000 })
    expect(leech.port).toBe(7000)
    expect(torrent.stats.peers).toBe(1)
    const other = await world.seed('80.0.0.3', content)
    other.addPeer('80.0.0.2:6881')
    await world.clock.advance(2000)
    expect(other.stats.peers).toBe(0)
    other.addPeer('80.0.0.2:7000')
    await world.until('it is reached there', () => other.stats.peers === 1)
    await world.until('the tracker heard', () => told.some(line => line.startsWith('7000')), 40 * 60_000)
    await seeding!.configure({ port: null })
    expect(seeding!.port).toBe(0)
    await seeding!.configure({ port: 6881 })
    expect(seeding!.port).toBe(6881)
  })

  test('changes nothing if the new port is taken', async () => {
    await using loop = await Loopback.make()
    const other = await loop.open()
    const session = await loop.open()
    const { port } = session
    const change = session.configure({ port: other.port, dht: true, directory: loop.path('new') })
    await expect(change).rejects.toMatchObject({ code: 'refused' })
    expect(session.port).toBe(port)
    expect(session.stats.dhtNodes).toBeNull()
    const metainfo = await loop.torrent('content', { 'a.bin': 10_000 })
    expect((await session.add(metainfo)).directory).not.toBe(loop.path('new'))
    // Two concurrent changes are made one after another.
    await Promise.all([session.configure({ port: 0 }), session.configure({ port })])
    expect(session.port).toBe(port)
  })

  test('puts new torrents into the new folder', async () => {
    await using world = new SessionWorld()
    const session = await world.open('80.0.0.1', { directory: '/one' })
    const first = await session.add('a'.repeat(40), { memory })
    await session.configure({ directory: '/two' })
    const second = await session.add('b'.repeat(40), { memory })
    expect([first.directory, second.directory]).toEqual(['/one', '/two'])
  })

  test('closes connections beyond lower limits, and accepts more after the limits are raised', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 64 })
    const seed = await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 0 } })
    const [seeding] = world.sessions
    const others = ['80.0.0.2', '80.0.0.3', '80.0.0.4', '80.0.0.5']
    for (const host of others)
      await (await world.open(host, { pex: false })).add(content.metainfo, {
        memory,
        peers: ['80.0.0.1:6881'],
      })
    await world.until('all are connected', () => seed.stats.peers === 4)
    await seeding!.configure({ maxConnectionsPerTorrent: 3 })
    expect(seed.stats.peers).toBe(3)
    await seeding!.configure({ maxConnections: 1 })
    expect(seed.stats.peers).toBe(1)
    await world.clock.advance(60_000)
    expect(seed.stats.peers).toBe(1)
    await seeding!.configure({ maxConnections: 100, maxConnectionsPerTorrent: 100 })
    await world.until('all are connected again', () => seed.stats.peers === 4, 40 * 60_000)
  })

  test('uploads to as many peers at a time as configured', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 64 })
    const seed = await world.seed('80.0.0.1', content, {
      uploadSlots: 1,
      limits: { uploadBytesPerSecond: 1000 },
    })
    for (const host of ['80.0.0.2', '80.0.0.3', '80.0.0.4'])
      await (await world.open(host, { pex: false })).add(content.metainfo, {
        memory,
        peers: ['80.0.0.1:6881'],
      })
    const served = () => seed.peers().filter(({ amChoking }) => !amChoking).length
    await world.until('one is served', () => seed.stats.peers === 3 && served() === 1)
    await world.clock.advance(30_000)
    expect(served()).toBe(1)
    await world.sessions[0]!.configure({ uploadSlots: 3 })
    await world.until('all are served', () => served() === 3)
  })

  test('refuses plain connections once encryption is required', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 8 })
    const seed = await world.seed('80.0.0.1', content)
    await world.sessions[0]!.configure({ encryption: 'require' })
    const plain = await world.open('80.0.0.2', { encryption: 'plain' })
    const refused = await plain.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
    await world.clock.advance(60_000)
    expect(refused.stats.haveBytes).toBe(0)
    const able = await world.open('80.0.0.3', { encryption: 'prefer' })
    const taken = await able.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
    await world.until('completion', () => taken.stats.state === 'seeding')
    expect(seed.stats.uploadedBytes).toBeGreaterThan(0)
  })

  test('rejects invalid settings, and all settings after it was closed', async () => {
    await using world = new SessionWorld()
    const session = await world.open('80.0.0.1')
    for (const bad of [{ port: 70_000 }, { maxConnections: 0 }, { uploadSlots: 1.5 }])
      await expect(session.configure(bad)).rejects.toMatchObject({ code: 'bad-argument' })
    await session.close()
    await expect(session.configure({ port: 0 })).rejects.toMatchObject({ code: 'closed' })
  })
})
