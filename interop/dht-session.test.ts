/** Peers that find each other by nothing but a DHT of several nodes, some ours and some of libtorrent (BEP 5, 52). */
import { describe, expect, test } from 'vitest'
import { fromHex } from '../packages/torrent/src/base/bytes.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { DhtNode, searchPeers } from '../packages/torrent/src/discovery/dht/dht.ts'
import { openDatagram } from '../packages/torrent/src/transport/datagram.node.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent, type LibtorrentTorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { lacking } from './support/tools.ts'
import { until } from './support/wait.ts'

/** A node of libtorrent that joins through the others. */
function node(...knows: number[]): Promise<Libtorrent> {
  return Libtorrent.start({
    settings: { enable_dht: true, dht_announce_interval: 5 },
    dhtNodes: knows.map(port => ['127.0.0.1', port] as const),
  })
}

/** Has libtorrent look for peers now and again, until it is done. */
async function doneAnnouncing(torrent: LibtorrentTorrent): Promise<void> {
  await until(
    'the DHT brings a peer',
    async () => {
      await torrent.announce()
      const { peers, done } = await torrent.status()
      return peers > 0 || done
    },
    { intervalMs: 500, timeoutMs: 60_000 },
  )
  await torrent.done()
}

describe.skipIf(lacking('libtorrent'))('a DHT', { concurrent: true }, () => {
  test.each(['v1', 'v2', 'hybrid'] as const)(
    '%s: libtorrent and one of ours find a seed of ours',
    async version => {
      await using dir = await tempDir('interop')
      const { path } = await randomFile(dir.join('seed', 'content.bin'), 500_001)
      const made = await makeTorrent(path, dir.join('content.torrent'), { version })
      await using first = await node()
      await using second = await node(first.port)
      const dht = { dht: true, dhtNodes: [`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`] }
      await using seeder = await Shoal.open(dht)
      const seed = await seeder.get(made.torrent, { directory: dir.join('seed') })
      await until('our seed is announced', () => seed.discovery().every(({ state }) => state === 'ok'))

      await using shoal = await Shoal.open({ ...dht, directory: dir.join('ours') })
      await shoal.get(made.magnet, {})
      expect(await difference(dir.join('seed'), dir.join('ours'))).toBeNull()

      const leech = await second.add({ magnet: made.magnet, savePath: dir.join('theirs') })
      await doneAnnouncing(leech)
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
    },
  )

  test.each(['v1', 'v2', 'hybrid'] as const)('%s: one of ours finds a seed of libtorrent', async version => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 500_001)
    const made = await makeTorrent(path, dir.join('content.torrent'), { version })
    // A session of ours is all the DHT that libtorrent knows.
    await using ours = await Shoal.open({ dht: true })
    await using seeder = await node(ours.port)
    await using third = await node(ours.port, seeder.port)
    await until(
      'libtorrent has nodes',
      async () => (await seeder.dhtNodes()) > 0 && (await third.dhtNodes()) > 0,
    )
    const seed = await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    // Our session looks for peers every few minutes; the test triggers it when there is something to find.
    const search = async () => {
      await seed.announce()
      return isFound((made.v1 ?? made.v2)!, third.port)
    }
    await until('the seed is in the DHT', search, { intervalMs: 200 })
    await using shoal = await Shoal.open({
      dht: true,
      dhtNodes: [`127.0.0.1:${third.port}`],
      directory: dir.join('leech'),
    })
    await shoal.get(made.magnet, {})
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})

/** Whether a search of its own, from this node on, finds the torrent. */
async function isFound(infoHash: string, from: number): Promise<boolean> {
  const node = new DhtNode({
    socket: await openDatagram({ family: 4, port: 0, host: '127.0.0.1' }),
    clock: systemClock,
    random: systemRandom,
    bootstrap: [{ host: '127.0.0.1', port: from }],
  })
  try {
    await until('the searcher is ready', () => node.isReady)
    let found = 0
    // BEP 52: the first twenty bytes of a v2 info hash represent it.
    await searchPeers(node, fromHex(infoHash)!.subarray(0, 20), {
      onPeers: peers => {
        found += peers.length
      },
    })
    return found > 0
  } finally {
    await node.close()
  }
}
