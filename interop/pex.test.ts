/**
 * Peer exchange: two peers know only a third one, from which they learn each other's address (BEP
 * 11).
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { difference, randomFile, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent, type LibtorrentTorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

async function content(dir: TempDir) {
  const { path } = await randomFile(dir.join('seed', 'content.bin'), 1_000_000)
  return makeTorrent(path, dir.join('content.torrent'), { version: 'v1' })
}

const knows = async (torrent: LibtorrentTorrent, port: number) =>
  (await torrent.peers()).some(({ address }) => address.endsWith(`:${port}`))

describe.skipIf(missing('libtorrent'))('peer exchange', { concurrent: true }, () => {
  // At first no peer has any pieces, because only leeches stay connected to each other.
  test('of ours connects two libtorrent peers', async () => {
    await using dir = await tempDir('interop')
    const { torrent } = await content(dir)
    await using hub = await Shoal.open({ directory: dir.join('hub') })
    await hub.add(torrent)
    await using one = await Libtorrent.start()
    await using two = await Libtorrent.start()
    const first = await one.add({ torrent, savePath: dir.join('one'), peers: [hub.endpoint] })
    const second = await two.add({ torrent, savePath: dir.join('two'), peers: [hub.endpoint] })
    await until(
      'they know each other',
      async () => (await knows(first, two.port)) || (await knows(second, one.port)),
    )
    await hub.session.close()
    await using seed = await Shoal.open()
    await seed.get(torrent, { directory: dir.join('seed') })
    await first.connect(seed.port)
    await second.done()
    await second.flushed()
    expect(await difference(dir.join('seed'), dir.join('two'))).toBeNull()
  })

  test('of libtorrent connects two of our peers', async () => {
    await using dir = await tempDir('interop')
    const { torrent } = await content(dir)
    await using hub = await Libtorrent.start()
    await hub.add({ torrent, savePath: dir.join('hub') })
    await using one = await Shoal.open({ directory: dir.join('one') })
    await using two = await Shoal.open({ directory: dir.join('two') })
    const peers = [`127.0.0.1:${hub.port}`]
    const first = await one.add(torrent, { peers })
    const second = await two.add(torrent, { peers })
    await until('they know each other', () => first.stats.peers === 2 && second.stats.peers === 2)
    await hub.stop()
    await using seed = await Shoal.open()
    await seed.get(torrent, { directory: dir.join('seed') })
    first.addPeer(seed.address)
    await two.done(second)
    expect(await difference(dir.join('seed'), dir.join('two'))).toBeNull()
  })

  test('of ours connects two of our peers, unless the torrent is private (BEP 27)', async () => {
    await using dir = await tempDir('interop')
    await using hub = await Shoal.open({ directory: dir.join('hub') })
    await using one = await Shoal.open({ directory: dir.join('one') })
    await using two = await Shoal.open({ directory: dir.join('two') })
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 100_000)
    const open = await makeTorrent(path, dir.join('open.torrent'))
    const hidden = await makeTorrent(path, dir.join('private.torrent'), { private: true })
    const join = async (torrent: string, name: string) => {
      await hub.add(torrent, { directory: dir.join('hub', name) })
      const options = { peers: [hub.address] }
      return [
        await one.add(torrent, { ...options, directory: dir.join('one', name) }),
        await two.add(torrent, { ...options, directory: dir.join('two', name) }),
      ] as const
    }
    const [privateOne, privateTwo] = await join(hidden.torrent, 'private')
    const connected = () => privateOne.stats.peers === 1 && privateTwo.stats.peers === 1
    await until('both are connected to the hub', connected)
    const [first, second] = await join(open.torrent, 'open')
    await until('they know each other', () => first.stats.peers === 2 && second.stats.peers === 2)
    expect(connected()).toBe(true)
  })
})
