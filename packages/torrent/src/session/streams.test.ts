import { describe, expect, test } from 'vitest'
import { concat, equalBytes } from '../base/bytes.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { collect, SessionWorld } from './testing/world.ts'

const memory = true
const SEED = '80.0.0.1'
const peers = [`${SEED}:6881`]
const PIECE = 32_768

/** The outcome of a promise, in virtual time. */
async function settled<T>(world: SessionWorld, promise: Promise<T>): Promise<T> {
  let done = false
  const mark = () => {
    done = true
  }
  promise.then(mark, mark)
  await world.until('the promise settles', () => done)
  return promise
}

describe('a stream', () => {
  test.each(['v1', 'v2', 'hybrid'] as const)(
    'returns the bytes in order while they arrive, %s',
    async version => {
      await using world = new SessionWorld()
      const content = await testTorrent({ lengths: [5 * PIECE + 7, 40 * PIECE], version })
      await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 100_000 } })
      const session = await world.open('80.0.0.2')
      const torrent = await session.add(content.metainfo, { memory, peers })
      const second = torrent.files[1]!
      const stream = second.stream({ start: 100 })[Symbol.asyncIterator]()
      const first = await settled(world, stream.next())
      expect(torrent.stats.progress).toBeLessThan(0.5)
      const { offsetBytes } = content.layout.files.find(({ path }) => path.at(-1) === 'file1')!
      const expected = content.content.subarray(offsetBytes + 100, offsetBytes + 40 * PIECE)
      const rest = await settled(world, collect({ [Symbol.asyncIterator]: () => stream }))
      expect(equalBytes(concat([first.value!, rest]), expected)).toBe(true)
    },
  )

  test('that begins near the end of a file is fetched first', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 200 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 100_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    await world.until('it has begun', () => torrent.stats.haveBytes > 0)
    const start = 198 * PIECE
    const bytes = await settled(world, collect(torrent.files[0]!.stream({ start })))
    expect(equalBytes(bytes, content.content.subarray(start))).toBe(true)
    expect(torrent.stats.progress).toBeLessThan(0.4)
  })

  test('that leaves and begins elsewhere, as players seek, is asked for before what lies between', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 200 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 100_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers, sequential: true })
    const pieces: number[] = []
    torrent.on('piece', piece => pieces.push(piece))
    const leaving = torrent.files[0]!.stream()[Symbol.asyncIterator]()
    await settled(world, leaving.next())
    await leaving.return!()
    const before = pieces.length
    const start = 160 * PIECE
    const bytes = await settled(world, collect(torrent.files[0]!.stream({ start })))
    expect(equalBytes(bytes, content.content.subarray(start))).toBe(true)
    // The blocks that were requested before arrive as well.
    const between = pieces.slice(before).filter(piece => piece < 160)
    expect(between.length).toBeLessThan(20)
    expect(pieces.slice(-40).every(piece => piece >= 160)).toBe(true)
  })

  test('of a file that is not selected fetches what is read, and no more', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: [10 * PIECE, 10 * PIECE] })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers, select: [0] })
    await world.until('the wanted file', () => torrent.stats.state === 'seeding')
    torrent.addPeer(peers[0]!)
    const bytes = await settled(world, collect(torrent.files[1]!.stream({ start: 0, end: 3 * PIECE })))
    expect(equalBytes(bytes, content.content.subarray(10 * PIECE, 13 * PIECE))).toBe(true)
    await world.clock.advance(60_000)
    expect(torrent.files[1]!.haveBytes).toBe(3 * PIECE)
    expect(torrent.stats.state).toBe('seeding')
  })

  test('of a seed that had disconnected its peers begins within seconds', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ lengths: [10 * PIECE, 10 * PIECE] })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers, select: [0] })
    await world.until('the wanted file', () => torrent.stats.state === 'seeding')
    await world.until('the seed is gone', () => torrent.stats.peers === 0)
    const beganMs = world.clock.nowMs()
    await settled(world, collect(torrent.files[1]!.stream()))
    expect(world.clock.nowMs() - beganMs).toBeLessThan(5000)
  })

  test('that begins with the metadata keeps the peers that sent it, even if nothing is selected', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ version: 'hybrid' })
    const seed = await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(seed.magnet, { memory, peers, select: [] })
    await settled(world, torrent.whenMetadata())
    const beganMs = world.clock.nowMs()
    await settled(world, collect(torrent.files[0]!.stream()))
    expect(world.clock.nowMs() - beganMs).toBeLessThan(5000)
  })

  test('that is opened during the first check waits for it', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 4 })
    const seed = await world.seed(SEED, content)
    const bytes = collect(seed.files[0]!.stream())
    expect(equalBytes(await settled(world, bytes), content.content)).toBe(true)
  })

  test('continues after a recheck and a pause', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 40 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 100_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    const reading = collect(torrent.files[0]!.stream())
    await world.until('it has begun', () => torrent.stats.haveBytes > 0)
    await settled(world, torrent.recheck())
    await torrent.pause()
    await world.clock.advance(20_000)
    await torrent.resume()
    expect(equalBytes(await settled(world, reading), content.content)).toBe(true)
  })

  test('does not take the pieces of another stream', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 40 })
    await world.seed(SEED, content, { limits: { uploadBytesPerSecond: 100_000 } })
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    const [file] = torrent.files
    const leaving = file!.stream()[Symbol.asyncIterator]()
    await settled(world, leaving.next())
    const reading = collect(file!.stream({ start: 20 * PIECE }))
    await leaving.return!()
    expect(equalBytes(await settled(world, reading), content.content.subarray(20 * PIECE))).toBe(true)
  })
})

describe('a stream ends early by throwing', () => {
  const waiting = async (world: SessionWorld) => {
    const content = await testTorrent({})
    const session = await world.open('80.0.0.2')
    return { torrent: await session.add(content.metainfo, { memory }), session }
  }

  test('when the torrent is removed', async () => {
    await using world = new SessionWorld()
    const { torrent } = await waiting(world)
    const reading = collect(torrent.files[0]!.stream())
    await world.clock.advance(1000)
    const outcome = expect(reading).rejects.toMatchObject({ code: 'closed' })
    await torrent.remove()
    await outcome
    await expect(collect(torrent.files[0]!.stream())).rejects.toMatchObject({ code: 'closed' })
  })

  test("with its signal's reason", async () => {
    await using world = new SessionWorld()
    const { torrent } = await waiting(world)
    const controller = new AbortController()
    const reading = collect(torrent.files[0]!.stream({ signal: controller.signal }))
    await world.clock.advance(1000)
    const reason = new Error('seen enough')
    const outcome = expect(reading).rejects.toBe(reason)
    controller.abort(reason)
    await outcome
  })

  test.each([{ start: -1 }, { start: 0.5 }, { start: 1e9 }, { start: 5, end: 4 }, { end: Number.NaN }])(
    'for the range %j',
    async range => {
      await using world = new SessionWorld()
      const { torrent } = await waiting(world)
      const reading = collect(torrent.files[0]!.stream(range))
      await expect(reading).rejects.toMatchObject({ code: 'bad-argument' })
    },
  )

  test('that is sent to others keeps to the limits for uploads, and counts as uploaded', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 20 })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    await settled(world, torrent.whenComplete())
    const read = async (sentTo?: string) => {
      const startMs = world.clock.nowMs()
      const bytes = await settled(world, collect(torrent.files[0]!.stream(sentTo ? { sentTo } : {})))
      expect(equalBytes(bytes, content.content)).toBe(true)
      return (world.clock.nowMs() - startMs) / 1000
    }
    session.setLimits({ uploadBytesPerSecond: 65_536 })
    expect(await read()).toBeLessThan(1)
    expect(torrent.stats.uploadedBytes).toBe(0)
    // 20 pieces of 32 KiB, in virtual time.
    expect(await read('80.0.0.9')).toBeGreaterThan(9)
    expect([torrent.stats.uploadedBytes, session.stats.uploadedBytes]).toEqual([20 * PIECE, 20 * PIECE])
    session.setLimits({ uploadBytesPerSecond: Infinity })
    session.setLimits({ uploadBytesPerSecond: 65_536 }, 'local')
    expect(await read('80.0.0.9')).toBeLessThan(1)
    expect(await read('192.168.1.9')).toBeGreaterThan(9)
  })

  test('that waits for its limit ends with the signal', async () => {
    await using world = new SessionWorld()
    const content = await testTorrent({ pieces: 2 })
    await world.seed(SEED, content)
    const session = await world.open('80.0.0.2')
    const torrent = await session.add(content.metainfo, { memory, peers })
    await settled(world, torrent.whenComplete())
    torrent.setLimits({ uploadBytesPerSecond: 0 })
    const abort = new AbortController()
    const { signal } = abort
    const first = torrent.files[0]!.stream({ sentTo: '80.0.0.9', signal })[Symbol.asyncIterator]().next()
    abort.abort(new Error('left'))
    await expect(first).rejects.toThrow('left')
    expect(torrent.stats.uploadedBytes).toBe(0)
  })
})
