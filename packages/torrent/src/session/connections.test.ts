import { describe, expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true

test('two sessions that connect to each other at the same moment keep one connection', async () => {
  await using world = new SessionWorld()
  const { metainfo } = await testTorrent({})
  const one = await world.open('80.0.0.1')
  const two = await world.open('80.0.0.2')
  const first = await one.add(metainfo, { memory })
  const second = await two.add(metainfo, { memory })
  first.addPeer('80.0.0.2:6881')
  second.addPeer('80.0.0.1:6881')
  await world.until('they are connected', () => first.stats.peers > 0 && second.stats.peers > 0)
  await world.clock.advance(60_000)
  expect(first.peers()).toHaveLength(1)
  expect(second.peers()).toHaveLength(1)
  // No peer is tried again and again.
  expect([first.stats.knownPeers, second.stats.knownPeers]).toEqual([0, 0])
})

describe('connections are limited', () => {
  test('for one torrent', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 64 })
    const seed = await world.seed('80.0.0.1', content, {
      maxConnectionsPerTorrent: 2,
      limits: { uploadBytesPerSecond: 0 },
    })
    for (const host of ['80.0.0.2', '80.0.0.3', '80.0.0.4']) {
      const session = await world.open(host, { pex: false })
      await session.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
    }
    await world.clock.advance(60_000)
    expect(seed.peers()).toHaveLength(2)
  })

  test('for the session', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 64 })
    const session = await world.open('80.0.0.1', { maxConnections: 2 })
    const torrent = await session.add(content.metainfo, { memory })
    for (const host of ['80.0.0.2', '80.0.0.3', '80.0.0.4']) {
      await world.seed(host, content, { limits: { uploadBytesPerSecond: 0 } })
      torrent.addPeer(`${host}:6881`)
    }
    await world.clock.advance(60_000)
    expect(torrent.peers()).toHaveLength(2)
  })

  test('to peers that shake hands in time', async () => {
    await using world = new SessionWorld()
    await world.open('80.0.0.1')
    const stranger = world.network.transport('80.0.0.9')
    const connection = await dial()
    let closed = false
    connection.start({
      onData() {},
      onDrain() {},
      onClose: () => {
        closed = true
      },
    })
    await world.clock.advance(14_000)
    expect(closed).toBe(false)
    await world.clock.advance(2000)
    expect(closed).toBe(true)

    async function dial() {
      const dialing = stranger.dial(
        { host: '80.0.0.1', port: 6881 },
        { signal: new AbortController().signal },
      )
      await world.clock.advance(1)
      return dialing
    }
  })
})

test('a session without a port dials but accepts no connections', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  await world.seed('80.0.0.1', content)
  const session = await world.open('80.0.0.2', { port: null })
  expect(session.port).toBe(0)
  const torrent = await session.add(content.metainfo, { memory, peers: ['80.0.0.1:6881'] })
  await world.until('completion', () => torrent.stats.state === 'seeding')
})

test('a taken port is an error if the user named it; otherwise another is found', async () => {
  await using world = new SessionWorld()
  expect((await world.open('80.0.0.1')).port).toBe(6881)
  expect((await world.open('80.0.0.1')).port).toBeGreaterThan(6881)
  await expect(world.open('80.0.0.1', { port: 6881 })).rejects.toMatchObject({ code: 'refused' })
})
