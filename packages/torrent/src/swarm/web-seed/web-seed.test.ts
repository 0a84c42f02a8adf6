import { until } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { Bitfield } from '../../base/bitfield.ts'
import { concat } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { LimitChain, RateLimit } from '../../base/rate-limit.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES, type FileEntry, type Info } from '../../metainfo/metainfo.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import { openHttpRanges } from '../../transport/http/http-ranges.node.ts'
import { RangeServer } from '../../transport/http/testing/range-server.ts'
import { readRange } from '../../transport/http/testing/read-all.ts'
import { PieceRoots } from '../pieces/piece-roots.ts'
import { Selection } from '../pieces/selection.ts'
import { Transfer } from '../pieces/transfer.ts'
import { SeedUrl } from './seed-url.ts'
import { WebSeed } from './web-seed.ts'

const PIECE = 4 * BLOCK_BYTES
const PIECES = 64
const CONTENT = Uint8Array.from(
  { length: PIECES * PIECE },
  (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff,
)

/** A torrent of one file. */
function infoOf(content: Uint8Array): Info {
  const lengthBytes = content.length
  const file: FileEntry = {
    path: ['f'],
    lengthBytes,
    offsetBytes: 0,
    pad: false,
    executable: false,
    hidden: false,
  }
  const hashes: Uint8Array[] = []
  for (let at = 0; at < lengthBytes; at += PIECE) hashes.push(sha1(content.subarray(at, at + PIECE)))
  return {
    bytes: new Uint8Array(),
    infoHashes: { v1: new Uint8Array(20) },
    version: 'v1',
    name: 'f',
    pieceLengthBytes: PIECE,
    files: [file],
    lengthBytes,
    singleFile: true,
    private: false,
    pieceHashes: concat(hashes),
  }
}

/**
 * One web seed of a torrent: real server and sockets, but a clock that moves only when the test
 * advances it.
 */
class World {
  readonly clock = new VirtualClock()
  readonly limit = new RateLimit(this.clock)
  readonly lines: string[] = []
  readonly cancelled: number[] = []
  /** Writes wait for it. */
  storing: Promise<void> = Promise.resolve()
  downloaded = 0
  wasted = 0
  readonly transfer: Transfer
  readonly seed: WebSeed

  constructor(url: string, content = CONTENT) {
    const info = infoOf(content)
    const layout = new PieceLayout(info)
    const storage = createMemoryStorage(layout)
    const write = storage.write.bind(storage)
    storage.write = async (offset, bytes) => {
      await this.storing
      await write(offset, bytes)
    }
    this.transfer = new Transfer({
      info,
      layout,
      storage,
      have: new Bitfield(layout.pieceCount),
      roots: new PieceRoots(info, layout, new Map()),
      selection: new Selection(layout),
      clock: this.clock,
      random: seededRandom(1),
      events: {
        onPiece: () => this.seed.fill(),
        onWriteError: error => this.lines.push(error.message),
        onBadPiece: (_, { guilty }) => guilty.includes(this.seed.key) && this.seed.ban(),
        onVerdict: () => {},
      },
      sources: {
        cancelBlock: (_, number) => this.cancelled.push(number),
        keyOf: () => this.seed.key,
        hasInterestedPeer: false,
        hasIdleSuspect: false,
      },
    })
    this.seed = new WebSeed({
      id: 1,
      url: new SeedUrl(url, info),
      ranges: openHttpRanges({ userAgent: 'test' }),
      clock: this.clock,
      transfer: this.transfer,
      throttle: new LimitChain(this.clock, [this.limit]),
      events: {
        onDownloaded: bytes => {
          this.downloaded += bytes
        },
        onWasted: bytes => {
          this.wasted += bytes
        },
        onGone: () => {},
        log: line => this.lines.push(line),
      },
    })
  }

  /** Advances time as the session does: one tick a second. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.clock.advance(1000)
      this.seed.tick(this.clock.nowMs())
    }
  }

  get isDone(): boolean {
    return this.transfer.have.isFull
  }

  async close(): Promise<void> {
    this.seed.close()
    this.limit.close()
    await this.transfer.close()
  }
}

let server: RangeServer
let world: World

beforeEach(async () => {
  server = await RangeServer.open({ '/f': CONTENT })
  world = new World(server.url('/f'))
})

afterEach(async () => {
  await world.close()
  await server.close()
})

it('fetches a whole torrent', async () => {
  world.seed.fill()
  await until('the download is done', () => world.isDone)
  expect(world).toMatchObject({ downloaded: CONTENT.length, wasted: 0, lines: [] })
  expect(world.seed).toMatchObject({ state: 'idle', progress: 1, fetcher: { totalBytes: CONTENT.length } })
})

describe('a server that stalls', () => {
  it.each([
    ['before its response', 0],
    ['within its response', 40_000],
  ])('%s: its blocks are free again, and it is retried later', async (_, bytes) => {
    server.handle = (_, response) => {
      const [first, last] = server.seen.at(-1)!.range!
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${CONTENT.length}` })
      if (bytes > 0) response.write(CONTENT.subarray(first, first + bytes))
      return true
    }
    world.seed.fill()
    await until('both responses have begun', () => server.seen.length === 2 && world.downloaded === 2 * bytes)
    expect(world.transfer.picker.sources.requestedFrom(1)).toBeGreaterThan(0)
    await world.pass(21)
    expect(world.seed).toMatchObject({ state: 'waiting', snubbed: true })
    expect(world.transfer.picker.sources.requestedFrom(1)).toBe(0)
    // No source has those blocks now.
    expect(world.transfer.picker.pieces.availability(0)).toBe(0)
    await until('no connection is left', () => server.open.size === 0)
    server.handle = undefined
    server.seen.length = 0
    await world.pass(1)
    expect(server.seen).toHaveLength(0)
    await world.pass(3)
    await until('the download is done', () => world.isDone)
    expect(world.seed.snubbed).toBe(false)
  })

  it('stalls even if a byte arrives now and then', async () => {
    let drip = () => {}
    server.handle = (_, response) => {
      const [first, last] = server.seen.at(-1)!.range!
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${CONTENT.length}` })
      drip = () => response.write(CONTENT.subarray(first, first + 1))
      drip()
      return true
    }
    world.seed.fill()
    for (let second = 0; second < 25 && world.seed.state === 'working'; second++) {
      const before = world.downloaded
      drip()
      await until('it drips', () => world.downloaded > before || second === 0)
      await world.pass(1)
    }
    expect(world.seed).toMatchObject({ state: 'waiting', snubbed: true, fetcher: { totalBytes: 0 } })
  })
})

describe('a server that is busy', () => {
  const busy = (headers: Record<string, string>) => {
    server.handle = (_, response) => {
      response.writeHead(503, headers).end()
      return true
    }
  }

  it('is not asked before the time that it names', async () => {
    busy({ 'retry-after': '100' })
    world.seed.fill()
    await until('it waits', () => world.seed.state === 'waiting')
    const { length } = server.seen
    server.handle = undefined
    await world.pass(99)
    expect(server.seen).toHaveLength(length)
    await world.pass(2)
    await until('the download is done', () => world.isDone)
  })

  it('is not asked for longer each time', async () => {
    busy({})
    const waits: number[] = []
    for (let round = 0; round < 4; round++) {
      world.seed.tick(world.clock.nowMs())
      await until('it waits', () => world.seed.state === 'waiting')
      let seconds = 0
      while (world.seed.state === 'waiting' && seconds < 100) {
        await world.pass(1)
        seconds++
      }
      waits.push(seconds)
    }
    expect(waits).toEqual([2, 4, 8, 16])
  })
})

it('uses a server that ignores ranges for a small file', async () => {
  server.handle = (_, response) => {
    response.end(CONTENT)
    return true
  }
  world.seed.fill()
  await until('the download is done', () => world.isDone)
  expect(world).toMatchObject({ downloaded: CONTENT.length, wasted: 0 })
})

it('never requests a file again that is gone for good', async () => {
  server.handle = (_, response) => {
    response.writeHead(410).end()
    return true
  }
  world.seed.fill()
  await until('its progress is known', () => world.seed.progress === 0)
  await until('it is idle', () => world.seed.state === 'idle')
  const { length } = server.seen
  await world.pass(1000)
  expect(server.seen).toHaveLength(length)
})

it('requests a missing file again after a while', async () => {
  server.files.clear()
  world.seed.fill()
  await until('it is idle', () => world.seed.state === 'idle' && world.seed.progress === 0)
  server.files.set('/f', CONTENT)
  await world.pass(130)
  await until('the download is done', () => world.isDone)
})

it('gives up a server that sends wrong bytes', async () => {
  server.files.set(
    '/f',
    CONTENT.map(byte => byte ^ 1),
  )
  world.seed.fill()
  await until('it is given up', () => world.seed.state === 'gone')
  await until('no connection is left', () => server.open.size === 0)
  expect(world.transfer.have.count).toBe(0)
  expect(world.transfer.picker.sources.requestedFrom(1)).toBe(0)
})

it('aborts a request if none of its blocks are wanted any more', async () => {
  let begun = 0
  server.handle = (_, response) => {
    const [first, last] = server.seen.at(-1)!.range!
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${CONTENT.length}` })
    response.write(CONTENT.subarray(first, first + 100))
    begun++
    return true
  }
  world.seed.fill()
  await until('both responses have begun', () => begun === 2 && world.downloaded === 200)
  server.handle = undefined
  // Others delivered all blocks of the first request.
  const [first, last] = server.seen[0]!.range!
  const { picker } = world.transfer
  for (let block = first / BLOCK_BYTES; block <= last / BLOCK_BYTES; block++) {
    picker.released(1, block)
    world.seed.cancelBlock(block)
  }
  // Its connection is closed, and its lane requests other blocks.
  await until('it asks again', () => server.seen.length >= 3)
})

it('holds the server back while storage is behind', async () => {
  const large = new Uint8Array(64 * 1024 * 1024)
  server.files.set('/f', large)
  await world.close()
  world = new World(server.url('/f'), large)
  let store = () => {}
  world.storing = new Promise(resolve => {
    store = resolve
  })
  world.seed.fill()
  await until('no more may be written', () => !world.transfer.writer.hasRoom)
  // Time for more to arrive, if it would: other connections would have carried as much by now.
  const other = openHttpRanges({ userAgent: 'other' })
  const url = server.url('/f')
  for (let i = 0; i < 4; i++)
    await readRange(other, { url, start: 0, lengthBytes: 8 * 1024 * 1024, fileBytes: large.length })
  other.closeIdle()
  expect(world.downloaded).toBeLessThan(36 * 1024 * 1024)
  expect(world.transfer.have.count).toBe(0)
  // A server that is held back does not stall.
  await world.pass(60)
  expect(world.seed.snubbed).toBe(false)
  store()
  await until('the download is done', () => world.isDone)
  expect(world).toMatchObject({ downloaded: large.length, wasted: 0, lines: [] })
})

it('uses the rate limit fully and does not exceed it', async () => {
  const rate = 400_000
  world.limit.setRate(rate)
  world.seed.fill()
  for (let step = 1; step <= 40 && !world.isDone; step++) {
    // It waits in the queue for more, having received its share of the time.
    await until('it waits for the limit', () => world.limit.waiting > 0 || world.isDone)
    const allowed = (world.clock.nowMs() * rate) / 1000
    // At most two reads of 256 KiB had been read from the socket when the limit stopped it.
    expect(world.downloaded).toBeLessThan(allowed + 2 * 256 * 1024 + rate)
    expect(world.downloaded).toBeGreaterThan(allowed - rate / 2)
    await world.clock.advance(250)
  }
})

it('drops its requests on pause and continues on resume', async () => {
  server.handle = () => true
  world.seed.fill()
  await until('it has asked twice', () => server.seen.length === 2)
  world.seed.pause()
  expect(world.transfer.picker.sources.requestedFrom(1)).toBe(0)
  await world.pass(100)
  expect(server.seen).toHaveLength(2)
  server.handle = undefined
  world.seed.resume()
  await until('the download is done', () => world.isDone)
  expect(world.lines).toEqual([])
})
