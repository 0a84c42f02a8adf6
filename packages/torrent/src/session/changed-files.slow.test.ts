import { open, readFile, rename, truncate, utimes, writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { afterEach, expect, test, vi } from 'vitest'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import type { Torrent } from './torrent/torrent.ts'

const PIECE = 32_768
const FILES = { 'a.bin': 4 * PIECE, 'b.bin': 8 * PIECE }
const EVIL = Buffer.alloc(100, 'EVIL')

afterEach(() => void vi.restoreAllMocks())

/** A recorded session that seeds files on disk. */
async function seeding(loop: Loopback): Promise<{ session: Session; seed: Torrent; log: string[] }> {
  const metainfo = await loop.torrent('content', FILES)
  const session = await openSeed(loop)
  const seed = await session.add(metainfo)
  const log: string[] = []
  seed.on('log', line => log.push(line))
  await seed.whenComplete()
  await session.record()
  return { session, seed, log }
}

function openSeed(loop: Loopback): Promise<Session> {
  return loop.open({ directory: loop.folder, stateDirectory: loop.path('state') })
}

/** A session that downloads the files of these indexes from the seed. */
async function leech(loop: Loopback, seed: Torrent, port: number, select: number[]): Promise<Torrent> {
  const session = await loop.open({ directory: loop.path(`leech-${loop.sessions.length}`) })
  return session.add(seed.metainfo!, { select, peers: [`127.0.0.1:${port}`] })
}

/** Changes bytes of the third piece of b.bin in place. */
async function change(loop: Loopback): Promise<void> {
  const file = await open(loop.path('content', 'b.bin'), 'r+')
  await file.write(EVIL, 0, EVIL.length, 2 * PIECE + 10)
  await file.close()
}

async function expectNoticed(seed: Torrent): Promise<void> {
  await until('it is noticed', () => seed.stats.state === 'downloading')
  expect(seed.stats).toMatchObject({ haveBytes: 11 * PIECE, changedFiles: ['content/b.bin'] })
}

test('a file that was changed is not served when it is opened', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  const told: (readonly string[])[] = []
  seed.on('filesChanged', paths => told.push(paths))
  await change(loop)
  const torrent = await leech(loop, seed, session.port, [1])
  await expectNoticed(seed)
  expect(told).toEqual([['content/b.bin']])
  // The other pieces are served.
  const other = await leech(loop, seed, session.port, [1])
  await until('the rest has arrived', () => other.stats.haveBytes === 7 * PIECE)
  expect(torrent.stats.wastedBytes + other.stats.wastedBytes).toBe(0)
})

test('a file that is changed while it is open is not served after a few seconds', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  await seed.files[1]!.stream({ end: 1 })[Symbol.asyncIterator]().next()
  await change(loop)
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 6000)
  const torrent = await leech(loop, seed, session.port, [1])
  await expectNoticed(seed)
  expect(torrent.peers().every(({ failedPieces }) => failedPieces === 0)).toBe(true)
})

test('a file that was changed is not recorded as it is now', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  const torrent = await leech(loop, seed, session.port, [0])
  await torrent.whenComplete()
  await change(loop)
  // The uploaded bytes are worth a record.
  expect(seed.stats.uploadedBytes).toBe(FILES['a.bin'])
  await session.close()
  const again = (await openSeed(loop)).torrents[0]!
  await expectNoticed(again)
  expect(again.stats.uploadedBytes).toBe(FILES['a.bin'])
})

test('a record of a running torrent finds a changed file and has it checked', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  await change(loop)
  seed.setSequential(true)
  await expectNoticed(seed)
  await session.close()
  // The missing piece comes from a peer, and the file is complete again.
  const other = await loop.torrent('other/content', FILES)
  const source = await loop.open({ directory: loop.path('other') })
  await (await source.add(other)).whenComplete()
  const second = await openSeed(loop)
  const again = second.torrents[0]!
  await until('the check is done', () => again.stats.state === 'downloading')
  again.addPeer(`127.0.0.1:${source.port}`)
  await again.whenComplete()
  expect(again.stats.changedFiles).toEqual([])
  await second.record()
  await second.close()
  const third = (await openSeed(loop)).torrents[0]!
  await third.whenComplete()
  expect(third.stats.progress).toBe(1)
})

test('a reader of a changed file gets right bytes only', async () => {
  await using loop = await Loopback.make()
  const { seed } = await seeding(loop)
  const right = await readFile(loop.path('content', 'b.bin'))
  await change(loop)
  const reader = seed.files[1]!.stream()[Symbol.asyncIterator]()
  const received: Uint8Array[] = []
  for (let chunk = 0; chunk < 2; chunk++) received.push((await reader.next()).value!)
  expect(Buffer.compare(Buffer.concat(received), right.subarray(0, 2 * PIECE))).toBe(0)
  await expectNoticed(seed)
  // The changed piece never comes from the disk.
  const waiting = reader.next()
  await writeFile(loop.path('content', 'b.bin'), right)
  await seed.recheck()
  expect(Buffer.compare((await waiting).value!, right.subarray(2 * PIECE, 3 * PIECE))).toBe(0)
})

test('a file whose time changed but not its bytes is served again after a check', async () => {
  await using loop = await Loopback.make()
  const { session, seed, log } = await seeding(loop)
  await utimes(loop.path('content', 'b.bin'), 1, 1)
  await leech(loop, seed, session.port, [1])
  await until('it is checked', () => log.some(line => line.includes('files were changed on disk')))
  await until('it seeds again', () => seed.stats.state === 'seeding')
  await (await leech(loop, seed, session.port, [1])).whenComplete()
  expect(seed.stats.changedFiles).toEqual([])
})

test('a file that another one replaced is checked', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  await seed.files[1]!.stream({ end: 1 })[Symbol.asyncIterator]().next()
  await writeFile(loop.path('new'), Buffer.alloc(FILES['b.bin']))
  await rename(loop.path('new'), loop.path('content', 'b.bin'))
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 6000)
  await leech(loop, seed, session.port, [1])
  await until('it is noticed', () => seed.stats.haveBytes === FILES['a.bin'])
})

test('a file that was cut stops the torrent', async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  await truncate(loop.path('content', 'b.bin'), 2 * PIECE)
  await leech(loop, seed, session.port, [1])
  await until('it stops', () => seed.stats.state === 'error')
  expect(seed.stats.error).toContain('deleted or truncated')
})

test("a torrent's own writes are no changes, whatever they are", async () => {
  await using loop = await Loopback.make()
  const { session, seed } = await seeding(loop)
  const directory = loop.path('down')
  const down = await loop.open({ directory, stateDirectory: loop.path('down-state') })
  const peers = [`127.0.0.1:${session.port}`]
  const torrent = await down.add(seed.metainfo!, { peers, select: [1], preallocate: true })
  const log: string[] = []
  torrent.on('log', line => log.push(line))
  torrent.on('filesChanged', paths => log.push(`changed: ${paths}`))
  const states: string[] = []
  torrent.on('state', state => states.push(state))
  const readAll = async () => {
    for (const file of torrent.files) for await (const _ of file.stream());
  }
  await torrent.whenComplete()
  await torrent.setPriority(0, 4)
  await readAll()
  await down.record()
  await readAll()
  await torrent.renameFile(1, ['content', 'c.bin'])
  await torrent.move(loop.path('moved'))
  await down.record()
  await readAll()
  await torrent.recheck()
  await down.record()
  await readAll()
  await torrent.pause()
  expect(log.filter(line => line.includes('changed'))).toEqual([])
  expect(states.filter(state => state === 'checking')).toHaveLength(1)
  // A later change is still noticed.
  const file = await open(loop.path('moved', 'content', 'c.bin'), 'r+')
  await file.write(EVIL, 0, EVIL.length, 0)
  await file.close()
  await Promise.all([down.close(), session.close()])
  const again = await loop.open({ directory, stateDirectory: loop.path('down-state') })
  const [restored] = again.torrents
  await restored!.resume()
  await until('it is noticed', () => restored!.stats.changedFiles.length > 0)
  expect(restored!.stats).toMatchObject({ haveBytes: 11 * PIECE, changedFiles: ['content/c.bin'] })
})
