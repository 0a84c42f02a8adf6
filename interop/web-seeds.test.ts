/** Web seeds (BEP 19) with real clients: in addition to peers, and in torrents that we created. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RangeServer } from '../packages/torrent/src/transport/http/testing/range-server.ts'
import { Aria2 } from './support/aria2.ts'
import { difference, filesBelow, randomTree, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

/** Files that share pieces, fill them or are empty, and names that must be escaped. */
const TREE = { 'a b.bin': 1_500_000, 'd/é#.bin': 1, 'd/e': 262_144, empty: 0, 'z%.bin': 700_001 }

/** Creates files in `seed/tree`, and a server that has them below `/pub/`. */
async function serveTree(dir: TempDir): Promise<RangeServer> {
  const folder = dir.join('seed', 'tree')
  await randomTree(folder, TREE)
  const server = await RangeServer.open()
  for (const name of await filesBelow(folder))
    server.files.set(
      `/pub/tree/${name.split('/').map(encodeURIComponent).join('/')}`,
      await readFile(join(folder, name)),
    )
  return server
}

describe.skipIf(missing('libtorrent'))('with libtorrent', () => {
  test.each(['v1', 'v2', 'hybrid'] as const)(
    '%s: a libtorrent peer and a web seed contribute to one download',
    async version => {
      await using dir = await tempDir('web-seeds')
      await using server = await serveTree(dir)
      const made = await makeTorrent(dir.join('seed', 'tree'), dir.join('t.torrent'), {
        version,
        webSeeds: [server.url('/pub/')],
      })
      await using peer = await Libtorrent.start()
      const theirs = await peer.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
      // Slow enough that the web seed is also needed, and vice versa.
      await theirs.limit({ upload: 400_000 })
      await using shoal = await Shoal.open({ directory: dir.join('leech') })
      shoal.session.setLimits({ downloadBytesPerSecond: 400_000 }, 'webseed')
      const torrent = await shoal.get(made.torrent, { peers: [`127.0.0.1:${peer.port}`] })
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
      const [remote, web] = ['tcp', 'webseed'].map(kind => torrent.peers().find(it => it.kind === kind))
      expect(web!.downloadedBytes).toBeGreaterThan(0)
      expect(remote?.downloadedBytes ?? (await theirs.status()).uploadedBytes).toBeGreaterThan(0)
    },
  )

  test.each(['v1', 'v2', 'hybrid'] as const)(
    '%s: libtorrent downloads from the web seed of our torrent',
    async version => {
      await using dir = await tempDir('web-seeds')
      await using server = await serveTree(dir)
      const made = await makeTorrent(dir.join('seed', 'tree'), dir.join('t.torrent'), {
        version,
        webSeeds: [server.url('/pub/')],
      })
      await using peer = await Libtorrent.start()
      const theirs = await peer.add({ torrent: made.torrent, savePath: dir.join('leech') })
      await theirs.done()
      await theirs.flushed()
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
      expect(server.seen.length).toBeGreaterThan(0)
    },
  )

  test('we download from the web seed of a torrent by libtorrent', async () => {
    await using dir = await tempDir('web-seeds')
    await using server = await serveTree(dir)
    await using peer = await Libtorrent.start()
    await peer.create(dir.join('seed', 'tree'), dir.join('t.torrent'), { webSeeds: [server.url('/pub/')] })
    await using shoal = await Shoal.open({ directory: dir.join('leech') })
    await shoal.get(dir.join('t.torrent'), {})
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})

describe.skipIf(missing('aria2c'))('with aria2', () => {
  test('aria2 downloads from the web seed of our torrent', async () => {
    await using dir = await tempDir('web-seeds')
    await using server = await serveTree(dir)
    const made = await makeTorrent(dir.join('seed', 'tree'), dir.join('t.torrent'), {
      version: 'v1',
      webSeeds: [server.url('/pub/')],
    })
    await using aria2 = await Aria2.start({ directory: dir.join('leech') })
    await aria2.done(await aria2.addTorrent(made.torrent))
    expect(await difference(dir.join('seed', 'tree'), dir.join('leech', 'tree'))).toBeNull()
    expect(server.seen.length).toBeGreaterThan(0)
  })
})
