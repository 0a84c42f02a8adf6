import { describe, expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const SEED = '80.0.0.1'
const peers = [`${SEED}:6881`]
const PIECE = 32_768
const LENGTHS = [10 * PIECE, 20 * PIECE, 10 * PIECE]

const have = (torrent: { files: readonly { haveBytes: number }[] }) =>
  torrent.files.map(({ haveBytes }) => haveBytes / PIECE)

describe('selected files', () => {
  test('are the only ones fetched, and more are fetched when more are selected', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: LENGTHS })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers, select: [0] })
    let completions = 0
    torrent.on('complete', () => completions++)
    await world.until('the first file', () => torrent.stats.state === 'seeding')
    expect(have(torrent)).toEqual([10, 0, 0])
    expect(torrent.stats).toMatchObject({ progress: 1, wantedBytes: 10 * PIECE })
    await torrent.setPriority(2, 4)
    expect(torrent.stats.state).toBe('downloading')
    await world.until('the third file', () => torrent.stats.state === 'seeding')
    expect(have(torrent)).toEqual([10, 0, 10])
    expect(completions).toBe(2)
  })

  test('while nothing is selected, connected peers stay and do not treat us as a seed', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: LENGTHS })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers, select: [] })
    await world.until('the seed is known', () => torrent.stats.seeds === 1)
    await world.clock.advance(60_000)
    expect(torrent.stats).toMatchObject({ peers: 1, seeds: 1, downloadedBytes: 0, wantedBytes: 0 })
    const [first] = torrent.files
    const reading = first!.stream({ start: 0, end: PIECE })[Symbol.asyncIterator]().next()
    await world.until('the beginning is read', () => first!.haveBytes >= PIECE)
    expect((await reading).value).toHaveLength(PIECE)
    await world.clock.advance(60_000)
    expect(torrent.stats).toMatchObject({ peers: 1, seeds: 1 })
    await torrent.setPriority(1, 4)
    await world.until('the second file', () => torrent.stats.state === 'seeding')
    expect(have(torrent)).toEqual([1, 20, 0])
  })

  test('can be set many at once, all or none', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: Array.from({ length: 5000 }, () => 100) })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, select: [] })
    const even = new Map(Array.from({ length: 2500 }, (_, i) => [2 * i, 6]))
    await expect(torrent.setPriorities(new Map([...even, [5000, 4]]))).rejects.toMatchObject({
      code: 'bad-argument',
    })
    await expect(torrent.setPriorities(new Map([...even, [1, 8]]))).rejects.toMatchObject({
      code: 'bad-argument',
    })
    expect(torrent.stats.wantedBytes).toBe(0)
    await torrent.setPriorities(even)
    expect(torrent.stats.wantedBytes).toBe(250_000)
    expect(torrent.files.slice(0, 4).map(({ priority }) => priority)).toEqual([6, 0, 6, 0])
    torrent.addPeer(peers[0]!)
    await world.until('completion', () => torrent.stats.state === 'seeding')
  })

  test('of a magnet link are its `so`', async () => {
    await using world = new SessionWorld()
    const seed = await world.seed(SEED, await testTorrent({ lengths: LENGTHS }))
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(`${seed.magnet}&so=0,2`, { memory, peers })
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(have(torrent)).toEqual([10, 0, 10])
  })

  test('stay on disk when they are deselected', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: LENGTHS })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 200_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    await torrent.setPriority(1, 7)
    await world.until('the second has begun', () => torrent.files[1]!.haveBytes > 0)
    await torrent.setPriority(1, 0)
    await world.until('completion', () => torrent.stats.state === 'seeding')
    expect(torrent.files[1]!.haveBytes).toBeLessThan(LENGTHS[1]!)
  })

  test('are fetched by priority', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: LENGTHS })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 200_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory })
    await torrent.setPriority(2, 7)
    torrent.addPeer(peers[0]!)
    await world.until('it has arrived', () => torrent.files[2]!.haveBytes === LENGTHS[2])
    expect(torrent.stats.haveBytes).toBeLessThan(15 * PIECE)
  })

  test('must exist and have a valid priority', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: LENGTHS })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory })
    for (const [file, priority] of [
      [0, 8],
      [0, -1],
      [0, 1.5],
      [3, 4],
      [-1, 4],
    ] as const)
      await expect(torrent.setPriority(file, priority)).rejects.toMatchObject({ code: 'bad-argument' })
    const magnet = await session.add(`magnet:?xt=urn:btih:${'a'.repeat(40)}`, { memory })
    await expect(magnet.setPriority(0, 4)).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('a partial seed uploads what it has and is not asked for more (BEP 21)', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ lengths: LENGTHS })
  await world.seed(SEED, content)
  const partial = await world.open('80.0.0.2', { trackers: true }, { httpGet: counts() })
  const part = await partial.add(content.metainfo, {
    memory,
    peers,
    select: [0],
    trackers: ['http://tracker.example/announce'],
  })
  await world.until('the part', () => part.stats.state === 'seeding')
  await world.sessions[0]!.close()
  const third = await world.open('80.0.0.3')
  const whole = await third.add(content.metainfo, { memory, peers: ['80.0.0.2:6881'] })
  await world.until('it has what the partial seed has', () => whole.files[0]!.haveBytes === LENGTHS[0])
  await world.clock.advance(30_000)
  expect(have(whole)).toEqual([10, 0, 0])
  expect(whole.peers()[0]).toMatchObject({ address: '80.0.0.2:6881', amInterested: false, progress: 0.25 })
  // It counts among the seeds in what we show, since it downloads nothing.
  expect(whole.stats.seeds).toBe(1)
  await world.until('the tracker hears of it', () => asked.some(url => url.includes('event=paused')))
})

const asked: string[] = []
function counts() {
  return async (url: string) => {
    asked.push(url)
    return { status: 200, body: new TextEncoder().encode('d8:intervali60e5:peers0:e') }
  }
}

test.each([false, true])('in order, from the start or while running (%s)', async later => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 100 })
  await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 200_000 } })
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory, peers, sequential: !later })
  const pieces: number[] = []
  torrent.on('piece', piece => pieces.push(piece))
  await world.until('it has begun', () => pieces.length > 10)
  if (later) torrent.setSequential(true)
  // Requests in flight and allowed-fast pieces (BEP 6) come first.
  await world.clock.advance(3000)
  pieces.length = 0
  await world.until('completion', () => torrent.stats.state === 'seeding')
  // Neighboring blocks are requested together.
  expect(pieces.length).toBeGreaterThan(50)
  const steps = pieces.slice(1).filter((piece, i) => piece < pieces[i]! - 4)
  expect(steps).toEqual([])
})

test('pieces of more than 16 MiB', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 3, pieceLengthBytes: 32 << 20 })
  await world.seed(SEED, content)
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory, peers })
  await world.until('completion', () => torrent.stats.state === 'seeding')
  expect(torrent.stats.wastedBytes).toBe(0)
})
