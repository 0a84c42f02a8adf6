/** Swarms of several clients. */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Opentracker } from './support/opentracker.ts'
import { bareMagnet, makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('libtorrent'))('swarms', { concurrent: true }, () => {
  test('two of our sessions and a libtorrent leech complete from a libtorrent seed and each other', async () => {
    await using dir = await tempDir('interop')
    const bytes = 8 * 1024 * 1024
    const { path } = await randomFile(dir.join('seed', 'content.bin'), bytes)
    const made = await makeTorrent(path, dir.join('content.torrent'), { pieceLengthBytes: 262_144 })
    await using seeder = await Libtorrent.start()
    const seed = await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    // No peer gets much before all know each other, so that they exchange pieces.
    await seed.limit({ upload: 50_000 })
    await using one = await Shoal.open({ directory: dir.join('one') })
    await using two = await Shoal.open({ directory: dir.join('two') })
    await using leecher = await Libtorrent.start()
    const source = `127.0.0.1:${seeder.port}`
    const first = await one.add(made.torrent, { peers: [source, two.address] })
    const second = await two.add(made.magnet, { peers: [source, one.address] })
    const leech = await leecher.add({
      torrent: made.torrent,
      savePath: dir.join('leech'),
      peers: [['127.0.0.1', seeder.port], one.endpoint, two.endpoint],
    })
    for (const torrent of [first, second])
      await until('a session is connected with all three others', () => torrent.peers().length >= 3)
    await seed.limit({ upload: 6_000_000 })
    await Promise.all([one.done(first), two.done(second), leech.done()])
    await leech.flushed()
    for (const name of ['one', 'two', 'leech'])
      expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
    // The seed did not send all three copies.
    expect((await seed.status()).uploadedBytes).toBeLessThan(2.9 * bytes)
    expect(first.stats.uploadedBytes + second.stats.uploadedBytes).toBeGreaterThan(0)
  })

  test.skipIf(missing('opentracker'))(
    'our hybrid seed serves a peer that knows its v1 hash and one that knows its v2 hash (BEP 52)',
    async () => {
      await using dir = await tempDir('interop')
      const { path } = await randomFile(dir.join('seed', 'content.bin'), 4_000_001)
      await using tracker = await Opentracker.start()
      const made = await makeTorrent(path, dir.join('content.torrent'), { trackers: [[tracker.http]] })
      await tracker.allow(made.v1!, made.v2!)
      await using shoal = await Shoal.open({ trackers: true })
      const seed = await shoal.get(made.torrent, { directory: dir.join('seed') })
      const get = async (version: 'v1' | 'v2') => {
        await using peer = await Libtorrent.start()
        const magnet = bareMagnet(made[version]!)
        const leech = await peer.add({ magnet, savePath: dir.join(version), trackers: [tracker.http] })
        await leech.done()
        await leech.flushed()
        expect(await difference(dir.join('seed'), dir.join(version))).toBeNull()
      }
      await until('our seed is announced with both hashes', async () => {
        const counts = await Promise.all([made.v1!, made.v2!].map(hash => tracker.seeds(hash)))
        return counts.every(count => count === 1)
      })
      await Promise.all([get('v1'), get('v2')])
      expect(seed.discovery().map(({ state }) => state)).toEqual(['ok', 'ok'])
    },
  )

  test('in a hybrid swarm, a v1-only and a v2-only peer exchange their pieces', async () => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 4_000_001)
    const made = await makeTorrent(path, dir.join('content.torrent'))
    await using seeder = await Libtorrent.start()
    await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    await using one = await Shoal.open({ directory: dir.join('v1') })
    await using two = await Shoal.open({ directory: dir.join('v2') })
    await one.get(bareMagnet(made.v1!), { peers: [`127.0.0.1:${seeder.port}`] })
    await seeder.stop()
    await two.get(bareMagnet(made.v2!), { peers: [one.address] })
    expect(await difference(dir.join('seed'), dir.join('v2'))).toBeNull()
  })
})
