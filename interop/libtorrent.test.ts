/**
 * Our session and a real libtorrent: torrents of every version, in both directions, by .torrent and
 * by magnet link.
 */
import { describe, expect, test } from 'vitest'
import { difference, randomFile, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { bareMagnet, makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const BYTES = 5_000_001
const VERSIONS = ['v1', 'v2', 'hybrid'] as const

async function content(dir: TempDir): Promise<string> {
  return (await randomFile(dir.join('seed', 'content.bin'), BYTES)).path
}

describe.skipIf(missing('libtorrent'))('libtorrent', { concurrent: true }, () => {
  test.each(VERSIONS)('seeds %s to us, by file and by magnet (BEP 3, 9, 52)', async version => {
    await using dir = await tempDir('interop')
    await using seeder = await Libtorrent.start()
    const torrent = dir.join('content.torrent')
    const path = await content(dir)
    const { magnet } = await seeder.create(path, torrent, { version, pieceLength: 65_536 })
    await seeder.add({ torrent, savePath: dir.join('seed'), seedMode: true })
    for (const [name, source] of Object.entries({ file: torrent, magnet })) {
      await using shoal = await Shoal.open({ directory: dir.join(name) })
      const got = await shoal.get(source, { peers: [`127.0.0.1:${seeder.port}`] })
      expect(got.metainfo?.info.version).toBe(version)
      expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
    }
  })

  test.each(VERSIONS)('downloads %s from us, by file and by magnet (BEP 3, 9, 52)', async version => {
    await using dir = await tempDir('interop')
    const made = await makeTorrent(await content(dir), dir.join('content.torrent'), {
      version,
      pieceLengthBytes: 65_536,
    })
    await using shoal = await Shoal.open()
    await shoal.get(made.torrent, { directory: dir.join('seed') })
    await using leecher = await Libtorrent.start()
    for (const [name, source] of Object.entries({
      file: { torrent: made.torrent },
      magnet: { magnet: made.magnet },
    })) {
      const savePath = dir.join(name)
      const leech = await leecher.add({ ...source, savePath, peers: [shoal.endpoint] })
      await leech.done()
      await leech.flushed()
      expect({ v1: leech.v1, v2: leech.v2 }).toEqual({ v1: made.v1, v2: made.v2 })
      expect(await difference(dir.join('seed'), savePath)).toBeNull()
      await leech.remove()
    }
  })

  test('two leechers get one copy from us while we super-seed, and the rest from each other (BEP 16)', async () => {
    await using dir = await tempDir('interop')
    const made = await makeTorrent(await content(dir), dir.join('content.torrent'), {
      pieceLengthBytes: 65_536,
    })
    await using shoal = await Shoal.open()
    const seed = await shoal.get(made.torrent, { directory: dir.join('seed'), superSeeding: true })
    await using one = await Libtorrent.start()
    await using two = await Libtorrent.start()
    const leeches = []
    for (const [name, client, other] of [
      ['one', one, two],
      ['two', two, one],
    ] as const) {
      const peers = [shoal.endpoint, ['127.0.0.1', other.port]] as const
      leeches.push(await client.add({ torrent: made.torrent, savePath: dir.join(name), peers }))
    }
    for (const leech of leeches) await leech.done()
    expect(seed.stats.uploadedBytes).toBeLessThan(1.5 * BYTES)
  })

  test.each(['v1', 'v2'] as const)('shares a hybrid torrent known only by its %s hash', async version => {
    await using dir = await tempDir('interop')
    const made = await makeTorrent(await content(dir), dir.join('content.torrent'), {
      pieceLengthBytes: 65_536,
    })
    const magnet = bareMagnet(made[version]!)
    await using seeder = await Libtorrent.start()
    await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    await using shoal = await Shoal.open({ directory: dir.join('ours') })
    const got = await shoal.get(magnet, { peers: [`127.0.0.1:${seeder.port}`] })
    expect(got.metainfo?.info.version).toBe('hybrid')
    expect(await difference(dir.join('seed'), dir.join('ours'))).toBeNull()
    await using leecher = await Libtorrent.start()
    const leech = await leecher.add({ magnet, savePath: dir.join('theirs'), peers: [shoal.endpoint] })
    await leech.done()
    await leech.flushed()
    expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
  })

  test('our seed connects to a given peer that cannot connect to us', async () => {
    await using dir = await tempDir('interop')
    const made = await makeTorrent(await content(dir), dir.join('content.torrent'))
    await using leecher = await Libtorrent.start()
    const leech = await leecher.add({ torrent: made.torrent, savePath: dir.join('leech') })
    await using shoal = await Shoal.open({ port: null })
    const seed = await shoal.get(made.torrent, { directory: dir.join('seed') })
    seed.addPeer(`127.0.0.1:${leecher.port}`)
    await leech.done()
    await leech.flushed()
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})
