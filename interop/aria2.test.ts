/**
 * Our session and a real aria2, which supports only v1, and UDP trackers only while its DHT is on.
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { Aria2 } from './support/aria2.ts'
import { difference, randomFile, randomTree, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Opentracker } from './support/opentracker.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const BYTES = 2_000_001

describe.skipIf(missing('aria2c', 'opentracker'))('aria2', { concurrent: true }, () => {
  // With `plain`, aria2 tries and accepts encryption; with `handshake` and `require` it insists on
  // it.
  test.each([
    ['plain', 'plain'],
    ['plain', 'prefer'],
    ['plain', 'require'],
    ['handshake', 'prefer'],
    ['require', 'prefer'],
    ['require', 'require'],
  ] as const)('%s to %s: seeds to us, by file and by magnet', async (theirs, encryption) => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
    const made = await makeTorrent(path, dir.join('content.torrent'), { version: 'v1' })
    await using aria2 = await Aria2.start({ directory: dir.join('seed'), encryption: theirs })
    await aria2.done(await aria2.addTorrent(made.torrent))
    for (const [name, source] of Object.entries({ file: made.torrent, magnet: made.magnet })) {
      await using shoal = await Shoal.open({ directory: dir.join(name), encryption })
      await shoal.get(source, { peers: [`127.0.0.1:${aria2.port}`] })
      expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
    }
  })

  test.each([
    ['plain', 'plain'],
    ['plain', 'require'],
    ['handshake', 'prefer'],
    ['require', 'require'],
  ] as const)('%s from %s: downloads from us by magnet and an HTTP tracker', async (theirs, encryption) => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
    await using tracker = await Opentracker.start()
    const made = await makeTorrent(path, dir.join('content.torrent'), {
      version: 'v1',
      trackers: [[tracker.http]],
    })
    await tracker.allow(made.v1!)
    await using shoal = await Shoal.open({ encryption, trackers: true })
    await shoal.get(made.torrent, { directory: dir.join('seed') })
    await until('our seed is announced', async () => (await tracker.seeds(made.v1!)) === 1)
    await using aria2 = await Aria2.start({ directory: dir.join('leech'), encryption: theirs })
    await aria2.done(await aria2.addUri(made.magnet))
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test('transfers a folder in both directions', async () => {
    await using dir = await tempDir('interop')
    const folder = dir.join('seed', 'tree')
    await randomTree(folder, { 'a.bin': 100_000, 'b/c.bin': 1_000_000, 'b/empty': 0, 'd.bin': 1 })
    await using tracker = await Opentracker.start()
    const made = await makeTorrent(folder, dir.join('tree.torrent'), {
      version: 'v1',
      trackers: [[tracker.http]],
    })
    await tracker.allow(made.v1!)
    await using aria2 = await Aria2.start({ directory: dir.join('leech') })
    {
      await using shoal = await Shoal.open({ trackers: true })
      await shoal.get(made.torrent, { directory: dir.join('seed') })
      await until('our seed is announced', async () => (await tracker.seeds(made.v1!)) === 1)
      await aria2.done(await aria2.addTorrent(made.torrent))
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
    }
    await using shoal = await Shoal.open({ directory: dir.join('ours') })
    await shoal.get(made.magnet, { peers: [`127.0.0.1:${aria2.port}`] })
    expect(await difference(dir.join('seed'), dir.join('ours'))).toBeNull()
  })
})

describe.skipIf(missing('aria2c', 'libtorrent'))('aria2 and hybrid torrents', () => {
  // aria2 1.36 reencodes the info dictionary and drops the empty keys of BEP 52, so that it looks
  // for a swarm that does not exist.
  test('computes the same info hash for our torrents as for those of libtorrent', async () => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('content.bin'), 100_000)
    const [ours, theirs] = [dir.join('ours.torrent'), dir.join('theirs.torrent')]
    const made = await makeTorrent(path, ours, { pieceLengthBytes: 16_384 })
    await using libtorrent = await Libtorrent.start()
    const { v1, v2 } = await libtorrent.create(path, theirs, { pieceLength: 16_384 })
    expect([made.v1, made.v2]).toEqual([v1, v2])
    await using aria2 = await Aria2.start({ directory: dir.path, args: ['--pause=true'] })
    const hashIn = async (torrent: string) => {
      const gid = await aria2.addTorrent(torrent)
      const { infoHash } = await aria2.rpc<{ infoHash: string }>('tellStatus', gid)
      await aria2.remove(gid)
      return infoHash
    }
    expect(await hashIn(ours)).toBe(await hashIn(theirs))
  })
})
