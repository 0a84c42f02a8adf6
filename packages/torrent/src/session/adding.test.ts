import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../base/bytes.ts'
import { encode } from '../bencode/bencode.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const SEED = '80.0.0.1'
const PEERS = [`${SEED}:6881`]

describe('a torrent is added by', () => {
  test.each(['v1', 'v2', 'hybrid'] as const)('magnet link, %s', async version => {
    await using world = new SessionWorld()
    const seed = await world.seed(SEED, await testTorrent({ version }))
    const leech = await world.open('80.0.0.2')
    const torrent = await leech.add(seed.magnet, { memory, peers: PEERS })
    expect(torrent.stats.state).toBe('metadata')
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(torrent.metainfo?.info.infoHashes).toEqual(seed.infoHashes)
  })

  test('magnet link: its tracker receives started and stopped, and nothing for the metadata', async () => {
    await using world = new SessionWorld()
    const seed = await world.seed(SEED, await testTorrent({ version: 'v1' }))
    const events: (string | null)[] = []
    const httpGet = async (url: string) => {
      events.push(new URL(url).searchParams.get('event'))
      return { status: 200, body: utf8('d8:intervali1800e5:peers0:e') }
    }
    const leech = await world.open('80.0.0.2', { trackers: true }, { httpGet })
    const trackers = ['http://tracker.example/announce']
    const torrent = await leech.add(seed.magnet, { memory, peers: PEERS, trackers })
    await world.until('completion', () => torrent.stats.state === 'seeding')
    await world.until('the tracker knows', () => events.includes('completed'))
    expect(events).toEqual(['started', 'completed'])
  })

  test('info hash, hex', async () => {
    await using world = new SessionWorld()
    const seed = await world.seed(SEED, await testTorrent({}))
    const leech = await world.open('80.0.0.2')
    const torrent = await leech.add(hex(seed.infoHashes.v1!), { memory, peers: PEERS })
    expect(torrent.name).toBe(infoHashText(seed.infoHashes))
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(torrent.name).toBe('test')
  })

  test('the bytes of a .torrent', async () => {
    await using world = new SessionWorld()
    const { metainfo } = await testTorrent({ version: 'hybrid' })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(writeMetainfo(metainfo), { memory })
    expect(torrent.infoHashes).toEqual(metainfo.info.infoHashes)
    expect(torrent.files).toHaveLength(1)
  })
})

test.each([
  ['v1', { name: 'a', 'piece length': 16_384, length: 0, pieces: '' }],
  ['v2', { name: 'a', 'piece length': 16_384, 'meta version': 2, 'file tree': { a: { '': { length: 0 } } } }],
])('a %s torrent without bytes is complete at once', async (_, info) => {
  await using world = new SessionWorld()
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(encode({ info }), { memory })
  await torrent.whenComplete()
  expect(torrent.stats).toMatchObject({ state: 'seeding', progress: 1, wantedBytes: 0 })
})

describe('a v2 torrent whose .torrent has no piece layers', () => {
  test('shows that it fetches metadata until a peer has sent them', async () => {
    await using world = new SessionWorld()
    const whole = await testTorrent({ version: 'v2' })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(writeMetainfo({ ...whole.metainfo, pieceLayers: new Map() }), {
      memory,
    })
    await world.until('the check', () => torrent.stats.state === 'metadata')
    expect(torrent.files).toHaveLength(1)
    await world.seed(SEED, whole)
    const states: string[] = []
    torrent.on('state', state => states.push(state))
    torrent.addPeer(`${SEED}:6881`)
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(states).toEqual(['downloading', 'seeding'])
    expect(torrent.metainfo!.pieceLayers).toEqual(whole.metainfo.pieceLayers)
  })

  test('takes them from another .torrent of it', async () => {
    await using world = new SessionWorld()
    const whole = await testTorrent({ version: 'v2' })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(writeMetainfo({ ...whole.metainfo, pieceLayers: new Map() }), {
      memory,
    })
    await world.until('the check', () => torrent.stats.state === 'metadata')
    expect(await session.add(writeMetainfo(whole.metainfo), { memory })).toBe(torrent)
    expect(torrent.stats.state).toBe('downloading')
    expect(torrent.metainfo!.pieceLayers).toEqual(whole.metainfo.pieceLayers)
  })
})

describe('a torrent added twice', () => {
  test('is one torrent, with the peers of both sources', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({})
    await world.seed(SEED, content)
    const leech = await world.open('80.0.0.2')
    const first = await leech.add(content.metainfo, { memory })
    await world.clock.advance(60_000)
    expect(first.stats.state).toBe('downloading')
    expect(await leech.add(content.metainfo, { memory, peers: PEERS })).toBe(first)
    expect(leech.torrents).toEqual([first])
    await world.until('completion', () => first.stats.state === 'seeding')
  })

  test('has the trackers and web seeds of both sources, and announces to the new ones', async () => {
    await using world = new SessionWorld()
    const asked: string[] = []
    const { metainfo } = await testTorrent({})
    const session = await world.open('80.0.0.2', { trackers: true }, httpLog(asked))
    const torrent = await session.add(metainfo, { memory, trackers: ['http://one.example/announce'] })
    await world.until('the first announce', () => asked.length === 1)
    await session.add(metainfo, {
      memory,
      trackers: ['http://one.example/announce', 'http://two.example/announce'],
      webSeeds: ['http://seed.example/'],
    })
    await world.until('the second announce', () => asked.length === 2)
    expect(asked.map(url => new URL(url).host)).toEqual(['one.example', 'two.example'])
    expect(torrent.discovery().map(({ label }) => label)).toHaveLength(2)
    expect(torrent.magnet).toContain('ws=http%3A%2F%2Fseed.example%2F')
  })

  test('takes the metadata of the .torrent while it waits for it as a magnet link', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ version: 'hybrid' })
    await world.seed(SEED, content)
    const leech = await world.open('80.0.0.2')
    const { v1 } = content.metainfo.info.infoHashes
    const torrent = await leech.add(hex(v1!), { memory })
    let heard = ''
    torrent.on('metadata', ({ name }) => {
      heard = name
    })
    expect(await leech.add(content.metainfo, { memory, peers: PEERS })).toBe(torrent)
    expect(heard).toBe('test')
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(torrent.infoHashes).toEqual(content.metainfo.info.infoHashes)
  })

  test('by its two info hashes stops with an error in the torrent that learns its metadata last', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ version: 'hybrid' })
    await world.seed(SEED, content)
    const leech = await world.open('80.0.0.2')
    const { v1, v2 } = content.metainfo.info.infoHashes
    const torrents = [
      await leech.add(hex(v1!), { memory, peers: PEERS }),
      await leech.add(hex(v2!), { memory, peers: PEERS }),
    ]
    const states = () => torrents.map(({ stats }) => stats.state).sort()
    await world.until('one completes', () => states().join() === 'error,seeding')
    const failed = torrents.find(({ stats }) => stats.state === 'error')!
    expect(failed.stats.error).toMatch(/already added/)
    expect(failed.metainfo).toBeNull()
    await expect(failed.whenComplete()).rejects.toThrow(/already added/)
  })
})

describe('a paused torrent', () => {
  test('does nothing until it is resumed, and then dials the peers that it was given', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({})
    const seed = await world.seed(SEED, content)
    const leech = await world.open('80.0.0.2')
    const torrent = await leech.add(seed.magnet, { memory, peers: PEERS, paused: true })
    await world.clock.advance(60_000)
    expect(torrent.stats).toMatchObject({ state: 'paused', peers: 0 })
    await torrent.resume()
    await world.until('completion', () => torrent.stats.state === 'seeding')
  })

  test('disconnects its peers in the middle of a download, and resumes later', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 64 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 200_000 } })
    const leech = await world.open('80.0.0.2')
    const torrent = await leech.add(content.metainfo, { memory, peers: PEERS })
    await world.until('half has arrived', () => torrent.stats.progress > 0.5)
    await torrent.pause()
    const { haveBytes } = torrent.stats
    await world.clock.advance(30_000)
    expect(torrent.stats).toMatchObject({ state: 'paused', peers: 0, haveBytes })
    await torrent.resume()
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(torrent.stats.downloadedBytes - torrent.stats.wastedBytes).toBe(content.content.length)
  })
})

describe('adding fails with an error that says what is wrong:', () => {
  test.each([
    ['no port', '10.0.0.1'],
    ['port 0', '10.0.0.1:0'],
    ['port too high', '10.0.0.1:65536'],
    ['IPv6 without brackets', '::1:6881'],
    ['nothing', ''],
  ])('a peer with %s', async (_, address) => {
    await using world = new SessionWorld()
    const { metainfo } = await testTorrent({})
    const session = await world.open('80.0.0.2')
    const expected = { code: 'bad-argument', message: expect.stringContaining('give host:port') }
    await expect(session.add(metainfo, { memory, peers: [address] })).rejects.toMatchObject(expected)
    expect(session.torrents).toHaveLength(0)
    const torrent = await session.add(metainfo, { memory })
    expect(() => torrent.addPeer(address)).toThrow(expect.objectContaining(expected))
  })

  test('adding to a session that is closed', async () => {
    await using world = new SessionWorld()
    const { metainfo } = await testTorrent({})
    const session = await world.open('80.0.0.2')
    await session.close()
    await expect(session.add(metainfo, { memory })).rejects.toMatchObject({ code: 'closed' })
  })

  test.each([
    { port: 65_536 },
    { port: -1 },
    { maxConnections: 0 },
    { uploadSlots: 1.5 },
    { maxConnectionsPerTorrent: Number.NaN },
    { limits: { uploadBytesPerSecond: -5 } },
  ])('a session with %j', async options => {
    await using world = new SessionWorld()
    await expect(world.open('80.0.0.2', options)).rejects.toMatchObject({ code: 'bad-argument' })
    // The port is free again.
    await world.open('80.0.0.2')
  })
})

/** Announces are answered with no peers. */
function httpLog(asked: string[]) {
  return {
    async httpGet(url: string) {
      if (!url.includes('event=stopped')) asked.push(url)
      return { status: 200, body: new TextEncoder().encode('d8:intervali1800e5:peers0:e') }
    },
  }
}
