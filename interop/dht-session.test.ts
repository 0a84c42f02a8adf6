/**
 * Peers find each other only through a DHT of several nodes, some ours and some libtorrent's (BEP
 * 5, 52).
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../packages/torrent/src/base/bytes.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { DhtNode, searchPeers } from '../packages/torrent/src/discovery/dht/dht.ts'
import { openDatagram } from '../packages/torrent/src/transport/datagram.node.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent, type LibtorrentTorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

/** Starts a libtorrent node that joins the DHT through the nodes at these ports. */
function node(...bootstrap: number[]): Promise<Libtorrent> {
  return Libtorrent.start({
    settings: { enable_dht: true, dht_announce_interval: 5 },
    dhtNodes: bootstrap.map(port => ['127.0.0.1', port] as const),
  })
}

/** Announces repeatedly until libtorrent finds a peer, then waits until it is done. */
async function announceUntilDone(torrent: LibtorrentTorrent): Promise<void> {
  await until(
    'the DHT finds a peer',
    async () => {
      await torrent.announce()
      const { peers, done } = await torrent.status()
      return peers > 0 || done
    },
    { intervalMs: 500 },
  )
  await torrent.done()
}

describe.skipIf(missing('libtorrent'))('a DHT', { concurrent: true }, () => {
  test.each(['v1', 'v2', 'hybrid'] as const)(
    '%s: libtorrent and another session of ours find our seed',
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
      await announceUntilDone(leech)
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
    },
  )

  test.each(['v1', 'v2', 'hybrid'] as const)('%s: our session finds a seed of libtorrent', async version => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 500_001)
    const made = await makeTorrent(path, dir.join('content.torrent'), { version })
    // libtorrent joins the DHT only through our session.
    await using ours = await Shoal.open({ dht: true })
    await using seeder = await node(ours.port)
    await using third = await node(ours.port, seeder.port)
    await until(
      'libtorrent has nodes',
      async () => (await seeder.dhtNodes()) > 0 && (await third.dhtNodes()) > 0,
    )
    const seed = await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    // Our session searches only every few minutes, so open it when there is a seed to find.
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

/** Returns whether a new node that starts from this port finds peers of the torrent. */
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
    // BEP 52: the DHT uses the first twenty bytes of a v2 info hash.
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
