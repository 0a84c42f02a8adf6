import { expect, test } from 'vitest'
import type { PeerStatus } from '../api.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const LENGTH = 64 * 32_768

test('a session has the rates, totals and connections of all its torrents', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  const seed = await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 300_000 } })
  const [seeding] = world.sessions
  const session = await world.open('80.0.0.2')
  expect(session.stats).toEqual({
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    blockedPeers: 0,
    externalAddresses: { ipv4: null, ipv6: null },
    downloadedBytes: 0,
    uploadedBytes: 0,
    dhtNodes: null,
    connections: { tcp: 0, utp: 0, webrtc: 0, libp2p: 0, onion: 0, memory: 0, webseed: 0 },
    incomingConnections: 0,
    dialling: 0,
    isReachable: false,
    arrivals: [],
  })
  const torrent = await session.add(content.metainfo, { memory: true, peers: ['80.0.0.1:6881'] })
  await world.until('half of it has arrived', () => torrent.stats.progress > 0.5)
  expect(session.stats.downloadBytesPerSecond).toBeCloseTo(torrent.stats.downloadBytesPerSecond)
  expect(session.stats).toMatchObject({
    connections: { memory: 1 },
    incomingConnections: 0,
    isReachable: false,
  })
  expect(seeding!.stats).toMatchObject({
    connections: { memory: 1 },
    incomingConnections: 1,
    isReachable: true,
    arrivals: [{ family: 4, transport: 'memory', host: '80.0.0.2' }],
  })
  await world.until('completion', () => torrent.stats.state === 'seeding')
  // Also when the torrents that moved the bytes were removed.
  await torrent.remove()
  await seed.remove()
  expect(session.stats.downloadedBytes).toBe(LENGTH)
  expect(seeding!.stats.uploadedBytes).toBe(LENGTH)
})

test('a torrent that was just paused has neither a rate nor an ETA', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 300_000 } })
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory: true, peers: ['80.0.0.1:6881'] })
  await world.until('half of it has arrived', () => torrent.stats.progress > 0.5)
  expect(torrent.stats.downloadBytesPerSecond).toBeGreaterThan(0)
  const paused = torrent.pause()
  const idle = { downloadBytesPerSecond: 0, uploadBytesPerSecond: 0 }
  expect(torrent.stats).toMatchObject({ state: 'paused', ...idle, etaSeconds: null })
  expect(session.stats).toMatchObject(idle)
  await paused
})

test('a peer that leaves is reported with its totals, its origin and its connected time', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  const seed = await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 300_000 } })
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory: true })
  const gone: PeerStatus[] = []
  const left: PeerStatus[] = []
  torrent.on('peerClosed', peer => gone.push(peer))
  seed.on('peerClosed', peer => left.push(peer))
  torrent.addPeer('80.0.0.1:6881')
  await world.until('half of it has arrived', () => torrent.stats.progress > 0.5)
  const [now] = torrent.peers()
  expect(now).toMatchObject({ origin: 'manual', wastedBytes: 0, failedPieces: 0 })
  expect(now!.connectedMs).toBeGreaterThan(1000)
  await world.until('they part', () => gone.length > 0 && left.length > 0)
  expect(gone).toEqual([
    expect.objectContaining({
      address: '80.0.0.1:6881',
      downloadedBytes: LENGTH,
      incoming: false,
      progress: 1,
    }),
  ])
  expect(gone[0]!.connectedMs).toBeGreaterThan(now!.connectedMs)
  expect(left).toEqual([
    expect.objectContaining({ origin: 'incoming', uploadedBytes: LENGTH, incoming: true }),
  ])
})

test('a peer that cannot shake hands is never reported', async () => {
  await using world = new SessionWorld()
  const { metainfo } = await testTorrent({})
  await world.open('80.0.0.1')
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(metainfo, { memory: true, peers: ['80.0.0.1:6881'] })
  const gone: PeerStatus[] = []
  torrent.on('peerClosed', peer => gone.push(peer))
  await world.clock.advance(5000)
  await torrent.remove()
  expect(gone).toEqual([])
})

test('a torrent lists each tracker with its last response and its next announce', async () => {
  await using world = new SessionWorld()
  const { metainfo } = await testTorrent({})
  const body = new TextEncoder().encode(
    'd8:completei5e10:incompletei3e10:downloadedi9e8:intervali1800e5:peers0:15:warning message4:busye',
  )
  const session = await world.open(
    '80.0.0.2',
    { trackers: true },
    { httpGet: async () => ({ status: 200, body }) },
  )
  const url = 'http://tracker.example/abcdefghij0123456789/announce'
  const torrent = await session.add(metainfo, { memory: true, trackers: [url] })
  await world.until('the tracker answered', () => torrent.discovery()[0]?.state === 'ok')
  const [status] = torrent.discovery()
  expect(status).toMatchObject({ kind: 'tracker', hash: 'v1', tier: 0, url, message: 'busy', peers: 0 })
  expect(status).toMatchObject({
    seeds: 5,
    leeches: 3,
    downloads: 9,
    label: 'http://tracker.example/…/announce',
  })
  expect(status!.nextAnnounceSeconds).toBeGreaterThan(1500)
  expect(status!.nextAnnounceSeconds).toBeLessThan(2100)
})
