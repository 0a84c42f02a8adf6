import { open, readdir, stat, truncate, utimes } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { createHashPool } from '#hash-pool'
import { createTorrent } from '../hash/create.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import { countingPool } from './testing/world.ts'
import type { Torrent } from './torrent/torrent.ts'

const FILES = { 'a.bin': 10 * 32_768, 'b.bin': 20 * 32_768 }
const PIECES = 30
const LENGTH = PIECES * 32_768

/**
 * A seed on loopback, and folders for a session that downloads from it and is opened again and
 * again.
 */
class Setup implements AsyncDisposable {
  readonly loop: Loopback
  readonly seed: Torrent
  readonly peers: string[]

  private constructor(loop: Loopback, seed: Torrent, port: number) {
    this.loop = loop
    this.seed = seed
    this.peers = [`127.0.0.1:${port}`]
  }

  static async make(): Promise<Setup> {
    const loop = await Loopback.make()
    const metainfo = await loop.torrent('content', FILES)
    const session = await loop.open({ directory: loop.folder })
    const seed = await session.add(metainfo)
    await seed.whenComplete()
    return new Setup(loop, seed, session.port)
  }

  get metainfo() {
    return this.seed.metainfo!
  }

  /** Opens the session that downloads, with the number of pieces that it hashes. */
  async open(options = {}): Promise<{ session: Session; hashed: () => number }> {
    const pool = countingPool(createHashPool())
    const directories = { directory: this.loop.path('down'), stateDirectory: this.loop.path('state') }
    const session = await this.loop.open({ ...directories, ...options }, { createHashPool: () => pool })
    return { session, hashed: () => pool.pieces }
  }

  /** Downloads everything in one session and closes it. */
  async download(): Promise<void> {
    const { session } = await this.open()
    const torrent = await session.add(this.metainfo)
    // The next run sends no requests again.
    torrent.addPeer(this.peers[0]!, { keep: false })
    await torrent.whenComplete()
    await session.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loop[Symbol.asyncDispose]()
  }
}

describe('after a clean stop, nothing is hashed', () => {
  test('of a complete torrent, restored', async () => {
    await using setup = await Setup.make()
    await setup.download()
    const files = await readdir(setup.loop.path('state'))
    const records = () => Promise.all(files.map(file => stat(setup.loop.path('state', file))))
    const before = await records()
    const { session, hashed } = await setup.open()
    const [torrent] = session.torrents
    await torrent!.whenComplete()
    expect(torrent!.stats).toMatchObject({ state: 'seeding', haveBytes: LENGTH, downloadedBytes: LENGTH })
    expect(hashed()).toBe(0)
    // Nor is anything recorded again: with thousands of torrents that would be most of a start.
    await session.close()
    expect((await records()).map(({ ino }) => ino)).toEqual(before.map(({ ino }) => ino))
  })

  test('of a complete torrent, added again', async () => {
    await using setup = await Setup.make()
    await setup.download()
    const { session, hashed } = await setup.open({ restore: false })
    expect(session.torrents).toHaveLength(0)
    const torrent = await session.add(writeMetainfo(setup.metainfo))
    await torrent.whenComplete()
    expect(hashed()).toBe(0)
  })

  test('of a partial torrent, which resumes where it was and downloads nothing twice', async () => {
    await using setup = await Setup.make()
    const first = await setup.open()
    const half = await first.session.add(setup.seed.magnet, { peers: setup.peers })
    half.setLimits({ downloadBytesPerSecond: LENGTH / 3 })
    await until('half has arrived', () => half.stats.haveBytes > LENGTH / 2)
    await first.session.close()
    expect(half.stats.haveBytes).toBeLessThan(LENGTH)

    const { session, hashed } = await setup.open()
    const [torrent] = session.torrents
    await until('the check is done', () => torrent!.stats.state === 'downloading')
    expect(torrent!.stats.haveBytes).toBe(half.stats.haveBytes)
    torrent!.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
    torrent!.addPeer(setup.peers[0]!)
    await torrent!.whenComplete()
    expect(hashed()).toBe(0)
    const { downloadedBytes, wastedBytes } = torrent!.stats
    // Blocks in flight when the first session closed may have arrived twice.
    expect(downloadedBytes - wastedBytes).toBeLessThan(LENGTH + LENGTH / 3)
  })

  test('of torrents with settings of their own, which are restored', async () => {
    await using setup = await Setup.make()
    const first = await setup.open()
    const options = { paused: true, sequential: true, limits: { uploadBytesPerSecond: 5000 } }
    const torrent = await first.session.add(setup.metainfo, { ...options, webSeeds: ['http://w.example/'] })
    await torrent.setPriority(0, 0)
    await torrent.setPriority(1, 6)
    await first.session.close()

    const { session } = await setup.open()
    const [again] = session.torrents
    expect(again!.stats.state).toBe('paused')
    expect(again!.files.map(({ priority }) => priority)).toEqual([0, 6])
    expect(again!.limits.uploadBytesPerSecond).toBe(5000)
    expect(again!.magnet).toContain('w.example')
    expect(again!.directory).toBe(setup.loop.path('down'))
  })
})

test('a magnet link without metadata is restored', async () => {
  await using setup = await Setup.make()
  const first = await setup.open()
  await first.session.add(setup.seed.magnet)
  await first.session.close()
  const { session } = await setup.open()
  const [torrent] = session.torrents
  expect(torrent!.stats.state).toBe('metadata')
  torrent!.addPeer(setup.peers[0]!)
  await torrent!.whenComplete()
})

test('piece layers that peers sent because the .torrent lacks them are kept', async () => {
  await using loop = await Loopback.make()
  await loop.torrent('content', FILES)
  const metainfo = await createTorrent(loop.path('content'), { version: 'v2', pieceLengthBytes: 32_768 })
  const seeding = await loop.open({ directory: loop.folder })
  await (await seeding.add(metainfo)).whenComplete()
  const down = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const first = await loop.open(down)
  const peers = [`127.0.0.1:${seeding.port}`]
  const torrent = await first.add(writeMetainfo({ ...metainfo, pieceLayers: new Map() }), { peers })
  await torrent.whenComplete()
  await first.close()
  const again = await loop.open(down)
  expect(again.torrents[0]!.metainfo!.pieceLayers).toEqual(metainfo.pieceLayers)
})

test('after an unclean stop, only files written since the last record are hashed', async () => {
  await using setup = await Setup.make()
  const { loop } = setup
  const first = await setup.open()
  const torrent = await first.session.add(setup.metainfo, { peers: setup.peers, select: [0] })
  await torrent.whenComplete()
  await torrent.pause()
  // This is the last record.
  await loop.snapshot('state', 'state-then')
  await torrent.resume()
  await torrent.setPriority(1, 4)
  torrent.addPeer(setup.peers[0]!)
  await torrent.whenComplete()
  await first.session.close()

  const { session, hashed } = await setup.open({ stateDirectory: loop.path('state-then') })
  const [again] = session.torrents
  await again!.resume()
  await again!.setPriority(1, 4)
  await until('the check is done', () => again!.stats.state === 'seeding')
  expect(hashed()).toBe(20)
  expect(again!.files.map(({ haveBytes }) => haveBytes)).toEqual([FILES['a.bin'], FILES['b.bin']])
})

test('progress that `record` saved needs no check, even if the session was never closed', async () => {
  await using setup = await Setup.make()
  const { loop } = setup
  const first = await setup.open()
  const torrent = await first.session.add(setup.metainfo, { peers: setup.peers })
  await torrent.whenComplete()
  await first.session.record()
  await loop.snapshot('state', 'state-then')
  await first.session.close()

  const { session, hashed } = await setup.open({ stateDirectory: loop.path('state-then') })
  await session.torrents[0]!.whenComplete()
  expect(hashed()).toBe(0)
})

describe('a file that another program changed', () => {
  test('is hashed if its time differs', async () => {
    await using setup = await Setup.make()
    await setup.download()
    await utimes(setup.loop.path('down', 'content', 'a.bin'), 1, 1)
    const { session, hashed } = await setup.open()
    await session.torrents[0]!.whenComplete()
    expect(hashed()).toBe(10)
  })

  test('stops the torrent if it was truncated, and is completed on request', async () => {
    await using setup = await Setup.make()
    await setup.download()
    await truncate(setup.loop.path('down', 'content', 'a.bin'), 4 * 32_768)
    const { session, hashed } = await setup.open()
    const [torrent] = session.torrents
    await until('it stops', () => torrent!.stats.state === 'error')
    expect(torrent!.stats.errorCode).toBe('not-found')
    await torrent!.resume()
    await until('the check is done', () => torrent!.stats.state === 'downloading')
    expect(hashed()).toBe(4)
    expect(torrent!.files[0]!.haveBytes).toBe(4 * 32_768)
    torrent!.addPeer(setup.peers[0]!)
    await torrent!.whenComplete()
  })

  test('is found by a recheck even if its stamp is the same', async () => {
    await using setup = await Setup.make()
    await setup.download()
    const path = setup.loop.path('down', 'content', 'a.bin')
    const { mtime, atime } = await stat(path)
    const file = await open(path, 'r+')
    await file.write(Uint8Array.of(1, 2, 3), 0, 3, 2 * 32_768)
    await file.close()
    await utimes(path, atime, mtime)

    const { session, hashed } = await setup.open()
    const [torrent] = session.torrents
    await until('the check is done', () => ['seeding', 'downloading'].includes(torrent!.stats.state))
    await torrent!.recheck()
    expect(hashed()).toBeGreaterThanOrEqual(PIECES)
    expect(torrent!.stats.state).toBe('downloading')
    expect(torrent!.stats.haveBytes).toBe(LENGTH - 32_768)
    torrent!.addPeer(setup.peers[0]!)
    await torrent!.whenComplete()
    expect(torrent!.stats.haveBytes).toBe(LENGTH)
  })
})

test('a cancelled recheck changes nothing', async () => {
  await using setup = await Setup.make()
  const { seed } = setup
  const states: string[] = []
  seed.on('state', state => states.push(state))
  const reason = new Error('enough')
  const given = AbortSignal.abort(reason)
  await expect(seed.recheck({ signal: given })).rejects.toBe(reason)
  expect(seed.stats).toMatchObject({ state: 'seeding', haveBytes: LENGTH })
  expect(states).toEqual(['checking', 'seeding'])
})

test('a recheck joins the one that is under way', async () => {
  await using setup = await Setup.make()
  await setup.download()
  const { session, hashed } = await setup.open()
  const [torrent] = session.torrents
  await torrent!.whenComplete()
  const before = hashed()
  await Promise.all([torrent!.recheck(), torrent!.recheck()])
  expect(hashed() - before).toBe(PIECES)
  expect(torrent!.stats).toMatchObject({ state: 'seeding', haveBytes: LENGTH })
})

test('a caller that gives up on a recheck leaves it to the others', async () => {
  await using setup = await Setup.make()
  const { seed } = setup
  const first = new AbortController()
  const second = new AbortController()
  const checks = [seed.recheck({ signal: first.signal }), seed.recheck({ signal: second.signal })]
  const reason = new Error('enough')
  first.abort(reason)
  await expect(checks[0]).rejects.toBe(reason)
  await checks[1]
  expect(seed.stats).toMatchObject({ state: 'seeding', haveBytes: LENGTH })
  // A check that was cancelled is not joined.
  const cancelled = seed.recheck({ signal: AbortSignal.abort(reason) })
  await Promise.all([expect(cancelled).rejects.toBe(reason), seed.recheck()])
  expect(seed.stats.state).toBe('seeding')
})

test('remove deletes the record, and the files on request', async () => {
  await using setup = await Setup.make()
  await setup.download()
  const first = await setup.open()
  await first.session.torrents[0]!.remove()
  expect(first.session.torrents).toHaveLength(0)
  expect(await readdir(setup.loop.path('state'))).toEqual(['session.lock'])
  expect(await readdir(setup.loop.path('down', 'content'))).toEqual(['a.bin', 'b.bin'])

  const torrent = await first.session.add(setup.metainfo)
  await torrent.whenComplete()
  await torrent.remove({ deleteData: true })
  expect(torrent.stats.state).toBe('closed')
  expect(await readdir(setup.loop.path('down'))).toEqual([])
})

test('damaged records are reported and do not stop the session', async () => {
  await using setup = await Setup.make()
  await setup.download()
  const state = setup.loop.path('state')
  const [resume] = (await readdir(state)).filter(name => name.endsWith('.resume'))
  await truncate(`${state}/${resume}`, 40)
  const { session, hashed } = await setup.open()
  expect(session.torrents).toHaveLength(0)
  expect(session.problems.join()).toMatch(/checked again/)
  const torrent = await session.add(setup.metainfo)
  await torrent.whenComplete()
  expect(hashed()).toBe(PIECES)
})
