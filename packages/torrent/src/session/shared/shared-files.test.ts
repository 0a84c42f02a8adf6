import { describe, expect, it } from 'vitest'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES, type TorrentVersion } from '../../metainfo/metainfo.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import { type TestTorrent, testTorrent } from '../../swarm/testing/test-torrent.ts'
import type { Session } from '../session.ts'
import { SessionWorld } from '../testing/world.ts'
import type { Torrent } from '../torrent/torrent.ts'
import { FileRoots } from './matches.ts'

const HOST = '80.0.0.9'
const COMMON = 40 * BLOCK_BYTES + 77
const OTHER = 20 * BLOCK_BYTES

/** Two torrents whose first files are equal, in pieces of different sizes. */
async function pair(options: { version?: TorrentVersion; private?: boolean; lengths?: number[] } = {}) {
  const { lengths = [COMMON], version = 'v2', ...rest } = options
  const make = (own: number, blocks: number) =>
    testTorrent({
      lengths: [...lengths, own],
      pieceLengthBytes: blocks * BLOCK_BYTES,
      version,
      ...rest,
    })
  const [a, b] = await Promise.all([make(OTHER, 2), make(OTHER + 1, 8)])
  return { a: a!, b: b! }
}

/** Memory in which those files of the torrents are present that are listed by index. */
function storing(...present: readonly (readonly [torrent: TestTorrent, files: readonly number[]])[]) {
  return (layout: PieceLayout) => {
    const storage = createMemoryStorage(layout)
    const [torrent, files] =
      present.find(([{ layout: known }]) => known.totalBytes === layout.totalBytes) ?? []
    for (const [index, { offsetBytes, lengthBytes }] of layout.files.filter(({ pad }) => !pad).entries())
      if (torrent && files?.includes(index))
        void storage.write(offsetBytes, torrent.content.subarray(offsetBytes, offsetBytes + lengthBytes))
    return storage
  }
}

async function addTo(session: Session, { metainfo }: TestTorrent, peers: string[] = []): Promise<Torrent> {
  return session.add(metainfo, { memory: true, peers })
}

/** Adds a torrent to a session whose storage has some of its files. */
async function addFound(session: Session, torrent: TestTorrent): Promise<Torrent> {
  const added = await addTo(session, torrent)
  await added.recheck()
  return added
}

const haveOf = (torrent: Torrent, file = 0) => torrent.files[file]!.haveBytes
const received = (torrent: Torrent) => torrent.stats.downloadedBytes

describe('a file that two torrents of a session share', () => {
  it.each([
    ['v2', 'a', 'b'],
    ['v2', 'b', 'a'],
    ['hybrid', 'a', 'b'],
    ['hybrid', 'b', 'a'],
  ] as const)('is taken from the one that has it (%s, %s to %s)', async (version, from, to) => {
    await using world = new SessionWorld()
    const torrents = await pair({ version })
    const session = await world.open(HOST, {}, { createMemoryStorage: storing([torrents[from], [0]]) })
    const giver = await addFound(session, torrents[from])
    const taker = await addTo(session, torrents[to])
    await world.until('common file', () => haveOf(taker) === COMMON)
    expect(received(taker)).toBe(0)
    expect(taker.files[0]!.copies).toEqual([{ torrent: giver, path: ['test', 'file0'], takenBytes: COMMON }])
    expect(giver.files[0]!.copies).toEqual([{ torrent: taker, path: ['test', 'file0'], takenBytes: 0 }])
    expect(taker.files.at(-1)!.copies).toEqual([])
  })

  it('completes when each of two separate swarms has a part of it', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair({ lengths: [COMMON, 3 * COMMON] })
    // Each seed lacks one of the common files.
    const first = await world.open('80.0.0.1', {}, { createMemoryStorage: storing([a, [0, 2]]) })
    const second = await world.open('80.0.0.2', {}, { createMemoryStorage: storing([b, [1, 2]]) })
    await addFound(first, a)
    await addFound(second, b)
    const session = await world.open(HOST)
    const one = await addTo(session, a, ['80.0.0.1:6881'])
    const two = await addTo(session, b, ['80.0.0.2:6881'])
    await world.until('completion', () => one.isComplete && two.isComplete)
    expect(one.files[1]!.copies[0]!.takenBytes).toBe(3 * COMMON)
    expect(two.files[0]!.copies[0]!.takenBytes).toBe(COMMON)
  })

  it('is downloaded once while both download it', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair({ lengths: [20 * COMMON] })
    const limits = { uploadBytesPerSecond: 100_000 }
    for (const [at, torrent] of [a, b].entries()) await world.seed(`80.0.0.${at + 1}`, torrent, { limits })
    const session = await world.open(HOST)
    const one = await addTo(session, a, ['80.0.0.1:6881'])
    const two = await addTo(session, b, ['80.0.0.2:6881'])
    await world.until('completion', () => one.isComplete && two.isComplete, 120_000)
    const needed = 20 * COMMON + 2 * OTHER + 1
    expect(received(one)).toBeGreaterThan(OTHER)
    expect(received(two)).toBeGreaterThan(OTHER + 1)
    expect((received(one) + received(two)) / needed).toBeLessThan(1.1)
  })

  it('is requested from the swarm of a torrent that does not want it, if our own swarm lacks it', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair()
    await world.seed('80.0.0.1', a)
    const session = await world.open(HOST)
    const unselected = await session.add(a.metainfo, { memory: true, peers: ['80.0.0.1:6881'], paused: true })
    await unselected.setPriority(0, 0)
    unselected.resume()
    await world.until('the rest', () => unselected.isComplete)
    expect(haveOf(unselected)).toBe(0)
    const wanting = await addTo(session, b)
    await world.until('common file', () => haveOf(wanting) === COMMON, 120_000)
    expect(received(wanting)).toBe(0)
  })

  it('is taken again when more files are selected later', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair({ lengths: [COMMON, 3 * COMMON] })
    const session = await world.open(HOST, {}, { createMemoryStorage: storing([a, [0, 1]]) })
    await addFound(session, a)
    const taker = await session.add(b.metainfo, { memory: true, paused: true })
    await taker.setPriorities(new Map([1, 2].map(file => [file, 0])))
    taker.resume()
    await world.until('the first file', () => taker.isComplete)
    expect(haveOf(taker, 1)).toBe(0)
    await taker.setPriority(1, 4)
    await world.until('the second file', () => taker.isComplete)
    expect([haveOf(taker, 0), haveOf(taker, 1), received(taker)]).toEqual([COMMON, 3 * COMMON, 0])
  })

  it('is found in a torrent that is added later', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair()
    const session = await world.open(HOST, {}, { createMemoryStorage: storing([a, [0]]) })
    const taker = await addTo(session, b)
    await world.clock.advance(3000)
    expect(taker.files[0]!.copies).toEqual([])
    await addFound(session, a)
    await world.until('common file', () => haveOf(taker) === COMMON)
  })

  it('is neither given nor taken by a private torrent', async () => {
    await using world = new SessionWorld()
    const open = await pair()
    const closed = await pair({ private: true })
    for (const [giving, taking] of [
      [open.a, closed.b],
      [closed.a, open.b],
    ] as const) {
      const session = await world.open(HOST, {}, { createMemoryStorage: storing([giving, [0]]) })
      const giver = await addFound(session, giving)
      expect(haveOf(giver)).toBe(COMMON)
      const taker = await addTo(session, taking)
      await world.clock.advance(10_000)
      expect(haveOf(taker)).toBe(0)
      expect([giver.files[0]!.copies, taker.files[0]!.copies]).toEqual([[], []])
      await session.close()
    }
  })

  it('is not taken any more when the other torrent is removed', async () => {
    await using world = new SessionWorld()
    const { a, b } = await pair()
    const session = await world.open(HOST, {}, { createMemoryStorage: storing([a, [0]]) })
    const giver = await addFound(session, a)
    await giver.remove()
    const taker = await addTo(session, b)
    await world.clock.advance(10_000)
    expect(haveOf(taker)).toBe(0)
    expect(taker.files[0]!.copies).toEqual([])
  })
})

describe('common files', () => {
  it('have equal roots and equal lengths', async () => {
    const { a, b } = await pair()
    expect(new FileRoots(a.layout).commonWith(b.layout)).toEqual([{ ours: 0, theirs: 0 }])
    const shorter = {
      pieceLengthBytes: b.layout.pieceLengthBytes,
      files: b.layout.files.map(file => ({ ...file, lengthBytes: 64 })),
    } as unknown as PieceLayout
    expect(new FileRoots(a.layout).commonWith(shorter)).toEqual([])
  })

  it('are found in time that does not depend on how often a file repeats', async () => {
    const { a } = await pair()
    const files = Array.from({ length: 20_000 }, () => a.layout.files[0]!)
    const many = { pieceLengthBytes: a.layout.pieceLengthBytes, files } as unknown as PieceLayout
    expect(new FileRoots(many).commonWith(many)).toHaveLength(16)
  })
})
