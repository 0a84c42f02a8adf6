/**
 * Our session and libtorrent find each other only through a real tracker, in both directions (BEP
 * 3, 15, 23, 52).
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Opentracker } from './support/opentracker.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('libtorrent', 'opentracker'))('trackers', { concurrent: true }, () => {
  describe.each(['http', 'udp'] as const)('%s', kind => {
    test.each(['v1', 'v2', 'hybrid'] as const)(
      '%s: in both directions, by file and by magnet',
      async version => {
        await using dir = await tempDir('interop')
        const { path } = await randomFile(dir.join('seed', 'content.bin'), 1_000_001)
        await using tracker = await Opentracker.start()
        const made = await makeTorrent(path, dir.join('content.torrent'), {
          version,
          trackers: [[tracker[kind]]],
        })
        const hashes = [made.v1, made.v2].filter(hash => hash !== null)
        await tracker.allow(...hashes)
        const announced = () =>
          until('the seed is announced', async () => {
            const seeds = await Promise.all(hashes.map(hash => tracker.seeds(hash)))
            return seeds.every(count => count > 0)
          })
        {
          await using shoal = await Shoal.open({ trackers: true })
          await shoal.get(made.torrent, { directory: dir.join('seed') })
          await announced()
          await using leecher = await Libtorrent.start()
          const leech = await leecher.add({ magnet: made.magnet, savePath: dir.join('theirs') })
          await leech.done()
          await leech.flushed()
          expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
        }
        await using seeder = await Libtorrent.start()
        await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
        await announced()
        for (const [name, source] of Object.entries({ file: made.torrent, magnet: made.magnet })) {
          await using shoal = await Shoal.open({ trackers: true, directory: dir.join(name) })
          const leech = await shoal.get(source, {})
          // The download may complete from peers of one hash before the response for the other hash
          // arrives.
          const states = () => leech.discovery().map(({ state }) => state)
          const all = hashes.map(() => 'ok')
          await until('the tracker has responded for each hash', () => states().join() === all.join())
          expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
        }
      },
    )

    test('an unreachable seed connects to the peers from the tracker', async () => {
      await using dir = await tempDir('interop')
      const { path } = await randomFile(dir.join('seed', 'content.bin'), 1_000_001)
      await using tracker = await Opentracker.start()
      const made = await makeTorrent(path, dir.join('content.torrent'), {
        version: 'v1',
        trackers: [[tracker[kind]]],
      })
      await tracker.allow(made.v1!)
      await using leecher = await Libtorrent.start()
      const leech = await leecher.add({ torrent: made.torrent, savePath: dir.join('theirs') })
      await until('the leecher is announced', async () => (await tracker.leeches(made.v1!)) > 0)
      await using shoal = await Shoal.open({ trackers: true, port: null })
      await shoal.get(made.torrent, { directory: dir.join('seed') })
      await leech.done()
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
    })
  })
})
