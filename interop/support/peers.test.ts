/**
 * Tests the real peers with each other, which shows whether a failure with our engine is the
 * engine's fault.
 */
import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { Aria2 } from './aria2.ts'
import { randomFile, randomTree, sha256Of, tempDir } from './files.ts'
import { Libtorrent, type LibtorrentOptions } from './libtorrent.ts'
import { Opentracker } from './opentracker.ts'
import { missing } from './tools.ts'
import { Transmission, transmissionCreate, transmissionShow } from './transmission.ts'

const BYTES = 3_000_000

type Version = 'v1' | 'v2' | 'hybrid'

/**
 * Creates a folder with one file to share for a test. The tests run concurrently, because
 * Transmission takes ten seconds to start.
 */
async function sandbox() {
  const dir = await tempDir('peers')
  return {
    dir,
    file: await randomFile(dir.join('seed', 'content.bin'), BYTES),
    [Symbol.asyncDispose]: dir.remove,
  }
}

type Sandbox = Awaited<ReturnType<typeof sandbox>>

/** Starts a libtorrent that seeds the file of a sandbox. */
async function seeding({ dir, file }: Sandbox, version: Version, options: LibtorrentOptions = {}) {
  const peer = await Libtorrent.start(options)
  const torrent = dir.join('content.torrent')
  const described = await peer.create(file.path, torrent, { version })
  const seed = await peer.add({ torrent, savePath: dir.join('seed'), seedMode: true })
  return { peer, torrent, seed, described, [Symbol.asyncDispose]: () => peer.stop() }
}

describe.skipIf(missing('libtorrent'))('libtorrent', { concurrent: true }, () => {
  test.each(['v1', 'v2', 'hybrid'] as const)(
    'seeds %s to libtorrent, by file and by magnet',
    async version => {
      await using box = await sandbox()
      await using seeder = await seeding(box, version)
      expect([seeder.described.v1 !== null, seeder.described.v2 !== null]).toEqual([
        version !== 'v2',
        version !== 'v1',
      ])
      await using leecher = await Libtorrent.start()
      const peers = [['127.0.0.1', seeder.peer.port]] as const
      const sources = [{ torrent: seeder.torrent }, { magnet: seeder.described.magnet }]
      for (const [index, source] of sources.entries()) {
        const savePath = box.dir.join(`leech${index}`)
        const torrent = await leecher.add({ ...source, savePath, peers })
        const status = await torrent.done()
        expect(status.downloadedBytes).toBeGreaterThanOrEqual(BYTES)
        await torrent.flushed()
        expect(await sha256Of(`${savePath}/content.bin`)).toBe(box.file.sha256)
        await torrent.remove()
      }
      expect((await leecher.usage()).peakResidentBytes).toBeGreaterThan(1e6)
    },
  )

  test('lists its peers and their encryption', async () => {
    await using box = await sandbox()
    await using seeder = await seeding(box, 'v1', { encryption: 'require' })
    await using plain = await Libtorrent.start({ encryption: 'plain' })
    await using encrypted = await Libtorrent.start({ encryption: 'require' })
    // Slow enough that it does not end before it is observed.
    await seeder.seed.limit({ upload: 500_000 })
    const peers = [['127.0.0.1', seeder.peer.port]] as const
    const refused = await plain.add({ torrent: seeder.torrent, savePath: box.dir.join('plain'), peers })
    const torrent = await encrypted.add({
      torrent: seeder.torrent,
      savePath: box.dir.join('encrypted'),
      peers,
    })
    const [peer] = await until('a peer', async () => {
      const all = await torrent.peers()
      return all[0]?.encrypted === true && all[0].client !== '' && all
    })
    expect(peer!.client).toContain('libtorrent')
    await seeder.seed.limit({ upload: 0 })
    await torrent.done()
    expect((await refused.status()).haveBytes).toBe(0)
  })

  test('obeys its upload limit on loopback', async () => {
    await using box = await sandbox()
    await using seeder = await seeding(box, 'v1')
    await seeder.seed.limit({ upload: 1_000_000 })
    await using leecher = await Libtorrent.start()
    const started = performance.now()
    const torrent = await leecher.add({
      torrent: seeder.torrent,
      savePath: box.dir.join('leech'),
      peers: [['127.0.0.1', seeder.peer.port]],
    })
    await torrent.done()
    expect(performance.now() - started).toBeGreaterThan(1000)
  })

  test('finds peers through its own DHT', async () => {
    await using box = await sandbox()
    await using first = await Libtorrent.start({ settings: { enable_dht: true } })
    const dht = { settings: { enable_dht: true }, dhtNodes: [['127.0.0.1', first.port]] as const }
    await using seeder = await seeding(box, 'v1', dht)
    await using leecher = await Libtorrent.start(dht)
    await until('nodes know each other', async () => (await leecher.dhtNodes()) > 0)
    const torrent = await leecher.add({ magnet: seeder.described.magnet, savePath: box.dir.join('leech') })
    await until(
      'the DHT finds the seeder',
      async () => {
        await seeder.seed.announce()
        await torrent.announce()
        return (await torrent.status()).peers > 0
      },
      { intervalMs: 500 },
    )
    await torrent.done()
  })

  test('adds many torrents at once', async () => {
    await using box = await sandbox()
    await using peer = await Libtorrent.start()
    const torrents = []
    for (let i = 0; i < 20; i++) {
      const { path } = await randomFile(box.dir.join('many', `${i}.bin`), 20_000, i)
      await peer.create(path, `${path}.torrent`, { version: 'v1' })
      torrents.push(`${path}.torrent`)
    }
    expect((await peer.addMany(torrents, box.dir.join('many'))).seconds).toBeGreaterThan(0)
  })

  test('reports an unreadable torrent and an unknown operation', async () => {
    await using box = await sandbox()
    await using peer = await Libtorrent.start()
    await expect(peer.describe(box.file.path)).rejects.toThrow('libtorrent: describe')
    await expect(peer.call('fly')).rejects.toThrow('no operation fly')
  })
})

describe.skipIf(missing('libtorrent', 'transmission-daemon', 'transmission-create', 'transmission-show'))(
  'transmission',
  { concurrent: true },
  () => {
    test.each(['plain', 'require'] as const)('downloads from libtorrent, %s', async encryption => {
      await using box = await sandbox()
      await using seeder = await seeding(box, 'v1', { encryption })
      await using leecher = await Transmission.start({ directory: box.dir.join('tr'), encryption })
      const id = await leecher.add({
        magnet: `${seeder.described.magnet}&x.pe=127.0.0.1:${seeder.peer.port}`,
      })
      await seeder.seed.connect(leecher.port)
      await leecher.done(id)
      expect(await sha256Of(box.dir.join('tr', 'downloads', 'content.bin'))).toBe(box.file.sha256)
    })

    test('creates, shows and seeds to libtorrent', async () => {
      await using box = await sandbox()
      const torrent = box.dir.join('tr.torrent')
      await transmissionCreate(box.file.path, torrent, {
        trackers: ['http://tracker.invalid/announce'],
        private: true,
      })
      expect(await transmissionShow(torrent)).toContain('Private torrent')
      await using seeder = await Transmission.start({ directory: box.dir.join('tr') })
      const id = await seeder.add({ torrent }, box.dir.join('seed'))
      await seeder.done(id)
      await using leecher = await Libtorrent.start()
      const leech = await leecher.add({
        torrent,
        savePath: box.dir.join('leech'),
        peers: [['127.0.0.1', seeder.port]],
      })
      await leech.done()
      expect((await seeder.status(id)).uploadedEver).toBeGreaterThanOrEqual(BYTES)
    })
  },
)

describe.skipIf(missing('libtorrent', 'aria2c', 'opentracker'))('aria2', { concurrent: true }, () => {
  test.each(['plain', 'require'] as const)(
    'downloads from libtorrent through a tracker, %s',
    async encryption => {
      await using box = await sandbox()
      await using tracker = await Opentracker.start()
      await using seeder = await Libtorrent.start({ encryption })
      const torrent = box.dir.join('a.torrent')
      const trackers = [encryption === 'plain' ? tracker.http : tracker.udp]
      const { v1 } = await seeder.create(box.file.path, torrent, {
        version: 'v1',
        trackers: [tracker.http, ...trackers],
      })
      await tracker.allow(v1!)
      const seed = await seeder.add({ torrent, savePath: box.dir.join('seed'), seedMode: true })
      await until('the seeder is announced', async () => (await tracker.seeds(v1!)) === 1)
      expect((await seed.status()).seeding).toBe(true)
      await using leecher = await Aria2.start({ directory: box.dir.join('leech'), encryption })
      const status = await leecher.done(await leecher.addTorrent(torrent))
      expect(status.completedLength).toBe(BYTES)
      expect(await sha256Of(box.dir.join('leech', 'content.bin'))).toBe(box.file.sha256)
    },
  )

  test('seeds to libtorrent', async () => {
    await using box = await sandbox()
    await using leecher = await Libtorrent.start()
    const torrent = box.dir.join('a.torrent')
    await leecher.create(box.file.path, torrent, { version: 'v1' })
    await using seeder = await Aria2.start({ directory: box.dir.join('seed') })
    const gid = await seeder.addTorrent(torrent)
    await seeder.done(gid)
    const leech = await leecher.add({ torrent, savePath: box.dir.join('leech') })
    await leech.connect(seeder.port)
    await leech.done()
    expect((await readFile(box.dir.join('leech', 'content.bin'))).length).toBe(BYTES)
  })
})

describe.skipIf(missing('opentracker', 'libtorrent'))('opentracker', { concurrent: true }, () => {
  test('serves only the listed info hashes', async () => {
    await using tracker = await Opentracker.start({ allow: ['ab'.repeat(20)] })
    const announce = async (byte: string) => {
      const hash = `%${byte}`.repeat(20)
      const url = `${tracker.http}?info_hash=${hash}&peer_id=${'p'.repeat(20)}&port=7000&left=0&uploaded=0&downloaded=0`
      return (await fetch(url)).text()
    }
    expect(await announce('ab')).toContain('interval')
    expect(await announce('cd')).toContain('failure')
    await tracker.allow('cd'.repeat(20))
    expect(await announce('cd')).toContain('interval')
    expect(await tracker.seeds('cd'.repeat(20))).toBe(1)
  })
})

test('a tree of files is the same for the same seed', async () => {
  await using box = await sandbox()
  const one = await randomTree(box.dir.join('one'), { 'a.txt': 100, 'b/c.txt': 0 }, 7)
  const two = await randomTree(box.dir.join('two'), { 'a.txt': 100, 'b/c.txt': 0 }, 7)
  expect(one['a.txt']!.sha256).toBe(two['a.txt']!.sha256)
  expect(one['a.txt']!.sha256).not.toBe(
    (await randomTree(box.dir.join('three'), { 'a.txt': 100 }, 8))['a.txt']!.sha256,
  )
})
