import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const only = (...blocked: string[]) => ({ has: (address: string) => blocked.includes(address) })

test('peers that the IP filter blocks are neither dialed nor accepted', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  const seed = await world.seed('80.0.0.1', content)
  const leech = await world.open('80.0.0.2', { ipFilter: only('80.0.0.1', '80.0.0.3') })
  const torrent = await leech.add(content.metainfo, { memory })
  torrent.addPeer('80.0.0.1:6881')
  seed.addPeer('80.0.0.2:6881')
  const other = await world.seed('80.0.0.3', content)
  other.addPeer('80.0.0.2:6881')
  await world.clock.advance(5000)
  expect(leech.stats).toMatchObject({ dialling: 0, incomingConnections: 0 })
  expect(torrent.stats.peers).toBe(0)
  expect(leech.stats.blockedPeers).toBeGreaterThanOrEqual(3)
  await leech.configure({ ipFilter: only('80.0.0.3') })
  torrent.addPeer('80.0.0.1:6881')
  await world.until('the allowed peer is used', () => torrent.isComplete)
  expect(other.stats.uploadedBytes).toBe(0)
})

test('a new IP filter closes connections to the peers that it blocks, and only those', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  const slow = { limits: { uploadBytesPerSecond: 50_000 } }
  await world.seed('80.0.0.1', content, slow)
  await world.seed('80.0.0.2', content, slow)
  const leech = await world.open('80.0.0.3', { pex: false })
  const torrent = await leech.add(content.metainfo, { memory })
  for (const host of ['80.0.0.1', '80.0.0.2']) torrent.addPeer(`${host}:6881`)
  await world.until('both are connected', () => torrent.stats.peers === 2)
  await leech.configure({ ipFilter: only('80.0.0.2') })
  await world.clock.advance(5000)
  expect(torrent.peers().map(({ address }) => address)).toEqual(['80.0.0.1:6881'])
})

test('the IP filter applies to trackers if that is asked for', async () => {
  await using world = new SessionWorld()
  const asked: string[] = []
  const body = new TextEncoder().encode('d8:intervali1800e5:peers0:e')
  const httpGet = async () => {
    asked.push('asked')
    return { status: 200, body }
  }
  const options = { trackers: true, ipFilter: only('80.0.9.9'), filterTrackers: true }
  const session = await world.open('80.0.0.1', options, { httpGet })
  const { metainfo } = await testTorrent({})
  const torrent = await session.add({ ...metainfo, trackers: [['http://80.0.9.9/announce']] }, { memory })
  await world.until('the announce failed', () => torrent.discovery()[0]?.state === 'failed')
  expect(torrent.discovery()[0]?.message).toContain('IP filter')
  expect(asked).toEqual([])
  await session.configure({ filterTrackers: false })
  await world.until('the tracker was asked', () => asked.length > 0, 3_600_000)
})
