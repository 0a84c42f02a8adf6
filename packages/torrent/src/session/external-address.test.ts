import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

test('a session learns its address from what peers in several networks see (BEP 10)', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  const slow = { limits: { uploadBytesPerSecond: 20_000 } }
  const leech = await world.open('80.9.0.1')
  const torrent = await leech.add(content.metainfo, { memory: true })
  for (const host of ['80.1.0.1', '80.1.0.2', '80.2.0.1']) {
    await world.seed(host, content, slow)
    torrent.addPeer(`${host}:6881`)
  }
  await world.until('all are connected', () => torrent.stats.peers === 3)
  await world.clock.advance(1000)
  expect(leech.stats.externalAddresses.ipv4).toBeNull()
  await world.seed('80.3.0.1', content, slow)
  torrent.addPeer('80.3.0.1:6881')
  await world.until('it knows', () => leech.stats.externalAddresses.ipv4 === '80.9.0.1')
  expect(leech.stats.externalAddresses.ipv6).toBeNull()
})

test('a session learns its address from a tracker (BEP 24)', async () => {
  await using world = new SessionWorld()
  const answer = new TextEncoder().encode('d11:external ip4:')
  const body = Uint8Array.of(
    ...answer,
    203,
    0,
    113,
    7,
    ...new TextEncoder().encode('8:intervali1800e5:peers0:e'),
  )
  const session = await world.open(
    '80.9.0.1',
    { trackers: true },
    { httpGet: async () => ({ status: 200, body }) },
  )
  const { metainfo } = await testTorrent({})
  await session.add({ ...metainfo, trackers: [['http://tracker.example/announce']] }, { memory: true })
  await world.until('it knows', () => session.stats.externalAddresses.ipv4 === '203.0.113.7')
})
