import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../base/bytes.ts'
import { encodeLsd } from '../discovery/lsd-messages.ts'
import type { HttpGet } from '../discovery/tracker/http-get.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import type { OpenDatagram } from '../transport/datagram.ts'
import type { Session } from './session.ts'
import { SessionWorld } from './testing/world.ts'

const SEED = '80.0.0.1'
const LEECH = '80.0.0.2'
const TRACKER = 'http://tracker.example/announce'
const EVERYTHING = { trackers: true, dht: true, lsd: true, pex: true, dhtNodes: ['80.0.9.9:6881'] }

/** A machine whose datagrams are kept in `sent`, as text with one character a byte. */
function tapped(open: OpenDatagram, sent: string[]): OpenDatagram {
  return async options => {
    const socket = await open(options)
    const send = socket.send.bind(socket)
    socket.send = (bytes, ...to) => {
      sent.push(latin1(bytes))
      send(bytes, ...to)
    }
    return socket
  }
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** Whether the info hash is in a datagram, as bytes (DHT) or in hex (local discovery). */
function mentions(sent: readonly string[], { metainfo }: TestTorrent): boolean {
  const { v1 } = metainfo.info.infoHashes
  return sent.some(text => text.includes(latin1(v1!)) || text.toLowerCase().includes(hex(v1!)))
}

/** A tracker that reports the seed. */
const tracker: HttpGet = async () => {
  const [a, b, c, d] = SEED.split('.').map(Number)
  const peer = Uint8Array.of(a!, b!, c!, d!, 6881 >> 8, 6881 & 255)
  return { status: 200, body: Buffer.concat([utf8('d8:intervali1800e5:peers6:'), peer, utf8('e')]) }
}

interface Scene extends AsyncDisposable {
  readonly world: SessionWorld
  readonly torrent: TestTorrent
  readonly leech: Session
  readonly sent: string[]
}

async function scene(isPrivate: boolean): Promise<Scene> {
  const world = new SessionWorld()
  const torrent = await testTorrent({ private: isPrivate, pieces: 16 })
  await world.seed(SEED, torrent)
  const sent: string[] = []
  const leech = await world.open(LEECH, EVERYTHING, {
    openDatagram: tapped(world.machine(LEECH), sent),
    httpGet: tracker,
  })
  return { world, torrent, leech, sent, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

test('a public torrent uses every discovery (or the tests below would prove nothing)', async () => {
  await using at = await scene(false)
  const torrent = await at.leech.add(at.torrent.metainfo, { memory: true, trackers: [TRACKER] })
  await at.world.until('completion', () => torrent.stats.state === 'seeding')
  expect(new Set(torrent.discovery().map(({ kind }) => kind))).toEqual(new Set(['tracker', 'dht', 'lsd']))
  await at.world.until('it is announced locally', () => mentions(at.sent, at.torrent))
})

describe('a private torrent', () => {
  test('uses only its trackers', async () => {
    await using at = await scene(true)
    const metainfo = { ...at.torrent.metainfo, trackers: [[TRACKER]], nodes: [{ host: '80.0.9.8', port: 1 }] }
    const torrent = await at.leech.add(metainfo, {
      memory: true,
      trackers: ['http://other.example/announce'],
    })
    await at.world.until('completion', () => torrent.stats.state === 'seeding')
    await at.world.clock.advance(600_000)
    expect(torrent.discovery().map(({ label }) => label)).toEqual([
      expect.stringContaining('tracker.example'),
    ])
    expect(mentions(at.sent, at.torrent)).toBe(false)
  })

  test('accepts no trackers when it is added again', async () => {
    await using at = await scene(true)
    const metainfo = { ...at.torrent.metainfo, trackers: [[TRACKER]] }
    const torrent = await at.leech.add(metainfo, { memory: true })
    await at.leech.add(metainfo, { memory: true, trackers: ['http://other.example/announce'] })
    expect(torrent.discovery()).toHaveLength(1)
  })

  test('added by a magnet link uses only its trackers once its metadata is known', async () => {
    await using at = await scene(true)
    const { v1 } = at.torrent.metainfo.info.infoHashes
    const link = `magnet:?xt=urn:btih:${hex(v1!)}&tr=${encodeURIComponent(TRACKER)}`
    const torrent = await at.leech.add(link, { memory: true })
    // It cannot be known before.
    expect(torrent.discovery().length).toBeGreaterThan(1)
    await at.world.until('the metadata', () => torrent.metainfo !== null)
    const before = at.sent.length
    await at.world.until('completion', () => torrent.stats.state === 'seeding')
    await at.world.clock.advance(600_000)
    expect(torrent.discovery().map(({ kind }) => kind)).toEqual(['tracker'])
    expect(mentions(at.sent.slice(before), at.torrent)).toBe(false)
  })

  test('disconnects from peers of other discoveries when its metadata turns out to be private', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ private: true, pieces: 16 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 0 } })
    const leech = await world.open(LEECH, { lsd: true })
    const { v1 } = content.metainfo.info.infoHashes
    const torrent = await leech.add(`magnet:?xt=urn:btih:${hex(v1!)}`, { memory: true })
    await announceLocally(world, SEED, v1!)
    await world.until('the metadata', () => torrent.metainfo !== null)
    await world.clock.advance(120_000)
    expect(torrent.peers()).toEqual([])
    expect(torrent.stats).toMatchObject({ state: 'downloading', knownPeers: 0 })
  })

  test.each([
    [true, 1],
    [false, 2],
  ])('exchanges peers only if it is public (private: %s, peers: %i)', async (isPrivate, met) => {
    await using world = new SessionWorld()
    const content = await testTorrent({ private: isPrivate, pieces: 64 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 1000 } })
    const peers = [`${SEED}:6881`]
    const first = await world.open(LEECH)
    const torrent = await first.add(content.metainfo, { memory: true, peers })
    const second = await world.open('80.0.0.3')
    await second.add(content.metainfo, { memory: true, peers })
    await world.clock.advance(180_000)
    expect(torrent.peers()).toHaveLength(met)
  })
})

/** Announces on the host's behalf that it has the torrent (BEP 14). */
async function announceLocally(world: SessionWorld, host: string, infoHash: Uint8Array): Promise<void> {
  const socket = await world.machine(host)({ family: 4, port: 0 })
  const message = encodeLsd({ port: 6881, infoHashes: [infoHash] }, '239.192.152.143:6771')
  socket.send(message, '239.192.152.143', 6771)
}
