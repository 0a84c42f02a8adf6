import { describe, expect, test } from 'vitest'
import { hex } from '../base/bytes.ts'
import { MemoryWsTracker } from '../discovery/tracker/ws/testing/memory-ws.ts'
import type { SessionOptions } from '../session-api.ts'
import { TestRecognition } from '../swarm/testing/test-recognition.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import type { TransportServices } from '../transport/services.ts'
import { UtpTransport } from '../transport/utp/utp-transport.ts'
import { MemoryRtc } from '../transport/webrtc/testing/memory-rtc.ts'
import type { SessionEnvironment } from './environment.ts'
import { filled, SessionWorld } from './testing/world.ts'

const memory = true
const MIB = 1024 * 1024
const utp = { createTransports: (services: TransportServices) => [new UtpTransport(services)] }

/** A seed and a leech that recognize each other. */
async function pair(
  world: SessionWorld,
  torrent: TestTorrent,
  { seedOptions = {}, leechOptions = {}, environment = {}, source = torrent.metainfo }: PairOptions = {},
) {
  const [giver, receiver] = [new TestRecognition(1), new TestRecognition(2)]
  const seeding = { recognition: giver, limits: { uploadBytesPerSecond: 2 * MIB }, ...seedOptions }
  const seedSession = await world.open('80.0.0.1', seeding, {
    createMemoryStorage: filled(torrent),
    ...environment,
  })
  const seed = await seedSession.add(torrent.metainfo, { memory, trusted: true })
  const leechSession = await world.open('80.0.0.2', { recognition: receiver, ...leechOptions }, environment)
  const leech = await leechSession.add(source, { memory, peers: ['80.0.0.1:6881'] })
  return { giver, receiver, seed, leech }
}

interface PairOptions {
  seedOptions?: SessionOptions
  leechOptions?: SessionOptions
  environment?: SessionEnvironment
  /** The source from which the leech adds it. */
  source?: string | TestTorrent['metainfo']
}

describe('recognition in a session', () => {
  test.each([
    ['plain connections', 'plain', {}, false],
    ['encrypted connections', 'require', {}, true],
    ['connections that are plain after an obfuscated handshake', 'prefer', {}, true],
    ['uTP', 'plain', utp, false],
    ['encrypted uTP', 'require', utp, true],
  ] as const)('works over %s', async (_, encryption, environment, isBound) => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 256 })
    const both = { seedOptions: { encryption }, leechOptions: { encryption }, environment }
    const { giver, receiver, seed, leech } = await pair(world, torrent, both)
    await world.until('both know', () => giver.recognized.length + receiver.recognized.length === 2)
    expect(giver.recognized).toMatchObject([{ key: receiver.name, host: '80.0.0.2', isBound }])
    expect(receiver.recognized).toMatchObject([{ key: giver.name, host: '80.0.0.1', isBound }])
    await world.until('it is shown', () => leech.peers()[0]?.networkKey !== undefined)
    expect(leech.peers()).toMatchObject([{ networkKey: giver.name, hasFastLane: false }])
    giver.trusted.add(receiver.name)
    await world.until('it is preferred', () => seed.peers()[0]?.hasFastLane === true)
    expect(giver.refused.concat(receiver.refused)).toEqual([])
  })

  test('works if the link of a hybrid torrent names one of its hashes', async () => {
    for (const names of ['v1', 'v2'] as const) {
      await using world = new SessionWorld()
      const torrent = await testTorrent({ version: 'hybrid', pieces: 256 })
      const hash = torrent.metainfo.info.infoHashes[names]!
      const source = names === 'v1' ? hex(hash) : `magnet:?xt=urn:btmh:1220${hex(hash)}`
      const { giver, receiver, leech } = await pair(world, torrent, { source })
      await world.until('both know', () => giver.recognized.length + receiver.recognized.length === 2)
      expect(leech.infoHashes).toEqual(torrent.metainfo.info.infoHashes)
      expect(giver.refused.concat(receiver.refused)).toEqual([])
    }
  })

  test('works over WebRTC', async () => {
    await using world = new SessionWorld()
    const tracker = new MemoryWsTracker(world.clock)
    const rtc = new MemoryRtc(world.clock)
    const torrent = await testTorrent({ pieces: 256 })
    const [giver, receiver] = [new TestRecognition(1), new TestRecognition(2)]
    const open = (host: string, recognition: TestRecognition, more: SessionEnvironment = {}) =>
      world.open(
        host,
        { port: null, trackers: true, recognition, limits: { uploadBytesPerSecond: 2 * MIB } },
        { openSocket: tracker.openSocket, openRtc: async () => rtc.host(host), ...more },
      )
    const add = { memory, trackers: ['wss://tracker.example'] }
    const seedSession = await open('80.0.0.1', giver, { createMemoryStorage: filled(torrent) })
    await seedSession.add(torrent.metainfo, { ...add, trusted: true })
    const leechSession = await open('80.0.0.2', receiver)
    await leechSession.add(torrent.metainfo, add)
    await world.until('both know', () => giver.recognized.length + receiver.recognized.length === 2)
    expect(giver.recognized).toMatchObject([{ key: receiver.name, isBound: true }])
  })

  test('confirms what was taken by receipts that replace each other', async () => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 32, pieceLengthBytes: MIB / 2 })
    const { giver, receiver, leech } = await pair(world, torrent)
    await world.until('it is complete', () => leech.isComplete)
    await world.until('all is confirmed', () => giver.receipts.at(-1)?.bytes === 16 * MIB)
    const bytes = giver.receipts.map(receipt => receipt.bytes)
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b))
    expect(new Set(giver.receipts.map(({ epoch }) => epoch)).size).toBe(1)
    expect(bytes.length).toBeLessThanOrEqual(16)
    expect(receiver.receipts).toEqual([])
    expect([receiver.completed.length, giver.completed.length]).toEqual([1, 0])
    expect(receiver.conduct.get(giver.name)).toMatchObject({
      downloadedBytes: 16 * MIB,
      uploadedBytes: 0,
      failedPieces: 0,
      promisesKept: 32,
    })
    await world.until('all is reported', () => giver.conduct.get(receiver.name)?.uploadedBytes === 16 * MIB)
    expect(giver.conduct.get(receiver.name)).toMatchObject({ downloadedBytes: 0 })
  })

  test('confirms the last bytes of a download, however few', async () => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 8, pieceLengthBytes: 16 * 1024 })
    const seedOptions = { limits: { uploadBytesPerSecond: 32 * 1024 } }
    const { giver, leech } = await pair(world, torrent, { seedOptions })
    await world.until('it is complete', () => leech.isComplete)
    await world.until('all is confirmed', () => giver.receipts.at(-1)?.bytes === 128 * 1024)
  })

  test('says only what the embedder wants a peer to know', async () => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 256 })
    const giver = new TestRecognition(1)
    const certificate = new Uint8Array(100).fill(3)
    const full = { did: 'did:key:z6Mk', certificate, reputation: 4500, wallet: '0xabc' }
    const { receiver } = await pair(world, torrent, { seedOptions: { recognition: giver } })
    giver.says = peer => (peer === receiver.name ? full : {})
    await world.until('both know', () => giver.recognized.length + receiver.recognized.length === 2)
    expect([receiver.claims, giver.claims]).toEqual([[full], [{}]])
  })

  test('tells what changes while it is connected, to that peer only and not without end', async () => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 4096 })
    const { giver, receiver } = await pair(world, torrent)
    await world.until('both know', () => giver.recognized.length + receiver.recognized.length === 2)
    const shown = { did: 'did:key:z6Mk', certificate: new Uint8Array(177).fill(3) }
    giver.says = peer => (peer === receiver.name ? shown : {})
    await world.until('it is shown', () => receiver.claims.length === 2)
    giver.says = () => ({})
    await world.until('it is withdrawn', () => receiver.claims.length === 3)
    expect([receiver.claims, giver.claims]).toEqual([[{}, shown, {}], [{}]])
    let count = 0
    giver.says = () => ({ did: `did:key:${count++}` })
    await world.until('enough was said', () => count > 20)
    expect(receiver.claims).toHaveLength(8)
    expect(receiver.refused).toEqual([])
  })

  test('stays off without a key, and other clients see nothing of it', async () => {
    await using world = new SessionWorld()
    const torrent = await testTorrent({ pieces: 16 })
    const { giver, leech } = await pair(world, torrent, { leechOptions: { recognition: undefined } })
    await world.until('it is complete', () => leech.isComplete)
    expect([giver.recognized, giver.refused, giver.conduct.size]).toEqual([[], [], 0])
  })
})
