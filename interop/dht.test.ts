/**
 * Our DHT nodes and those of other clients in one network on loopback, where each depends on the
 * other.
 */
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { fromHex, hex } from '../packages/torrent/src/base/bytes.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { announcePeer, DhtNode, searchPeers } from '../packages/torrent/src/discovery/dht/dht.ts'
import { openDatagram } from '../packages/torrent/src/transport/datagram.node.ts'
import { Aria2 } from './support/aria2.ts'
import { randomFile, sha256Of, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { freePort } from './support/ports.ts'
import { missing } from './support/tools.ts'

const HOST = '127.0.0.1'

/** Our nodes, which know each other and are closed at the end of a test. */
class Network implements AsyncDisposable {
  readonly nodes: DhtNode[] = []

  static async start(count: number): Promise<Network> {
    const network = new Network()
    if (count === 0) return network
    const { port } = await network.add()
    await Promise.all(Array.from({ length: count - 1 }, () => network.add(port)))
    const acquainted = () => network.nodes.every(node => node.table.size >= count - 1)
    await until('our nodes know each other', acquainted)
    return network
  }

  /** Adds a node that joins through the nodes at these ports. */
  async add(...ports: number[]): Promise<DhtNode> {
    const node = new DhtNode({
      socket: await openDatagram({ family: 4, port: 0, host: HOST }),
      clock: systemClock,
      random: systemRandom,
      bootstrap: ports.map(port => ({ host: HOST, port })),
    })
    this.nodes.push(node)
    return node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(node => node.close()))
  }
}

/** Returns the ports of the peers that a search finds. */
async function search(node: DhtNode, infoHash: Uint8Array): Promise<number[]> {
  const ports = new Set<number>()
  await searchPeers(node, infoHash, {
    onPeers: peers => {
      for (const { port } of peers) ports.add(port)
    },
  })
  return [...ports]
}

function startLibtorrent(...ports: number[]): Promise<Libtorrent> {
  return Libtorrent.start({
    settings: { enable_dht: true, dht_announce_interval: 5 },
    dhtNodes: ports.map(port => [HOST, port] as const),
  })
}

describe.skipIf(missing('libtorrent'))('libtorrent', { concurrent: true }, () => {
  test.each(['v1', 'v2'] as const)('finds a %s seed through our nodes only', async version => {
    await using dir = await tempDir('dht')
    await using network = await Network.start(6)
    const { nodes } = network
    const file = await randomFile(dir.join('seed', 'content.bin'), 200_000)
    await using seeder = await startLibtorrent(nodes[0]!.port)
    const torrent = dir.join('content.torrent')
    const { magnet, v1, v2 } = await seeder.create(file.path, torrent, { version })
    const seed = await seeder.add({ torrent, savePath: dir.join('seed'), seedMode: true })
    await until(
      'the seed is announced to us',
      async () => {
        await seed.announce()
        return nodes.some(node => node.store.torrentCount > 0)
      },
      { intervalMs: 500 },
    )
    // BEP 52: the DHT uses the first twenty bytes of a v2 info hash.
    const infoHash = fromHex((v1 ?? v2)!)!.subarray(0, 20)
    expect(await search(nodes[3]!, infoHash)).toEqual([seeder.port])

    await using leecher = await startLibtorrent(nodes[1]!.port)
    const leech = await leecher.add({ magnet, savePath: dir.join('leech') })
    await leech.done()
    await leech.flushed()
    expect(await sha256Of(dir.join('leech', 'content.bin'))).toBe(file.sha256)
  })

  test('stores our announces and returns them to our other nodes', async () => {
    await using libtorrent = await startLibtorrent()
    await using network = await Network.start(0)
    const announcer = await network.add(libtorrent.port)
    const infoHash = systemRandom.bytes(20)
    await until('the announcer is ready', () => announcer.isReady)
    const { closest } = await searchPeers(announcer, infoHash)
    expect(closest).toHaveLength(1)
    expect(await announcePeer(announcer, infoHash, closest, { port: 4711, seed: true })).toBe(1)
    await announcer.close()

    const searcher = await network.add(libtorrent.port)
    await until('the searcher is ready', () => searcher.isReady)
    expect(await search(searcher, infoHash)).toEqual([4711])
    const { seeds, leeches } = await searchPeers(searcher, infoHash, { scrape: true })
    expect({ seeds, leeches }).toEqual({ seeds: 1, leeches: 0 })
    const answer = await searcher.query(closest[0]!.from, 'sample_infohashes', { target: infoHash })
    expect(answer.samples?.map(hex)).toEqual([hex(infoHash)])
  })

  test('enters our routing table, and we enter its table', async () => {
    await using network = await Network.start(1)
    const node = network.nodes[0]!
    await using libtorrent = await startLibtorrent(node.port)
    await until('we know libtorrent', () =>
      [...node.table.entries()].some(({ contact }) => contact.port === libtorrent.port),
    )
    await until('libtorrent knows us', async () => (await libtorrent.dhtNodes()) > 0)
  })
})

describe.skipIf(missing('libtorrent', 'aria2c'))('aria2', { concurrent: true }, () => {
  test('finds a seed through our nodes only', async () => {
    await using dir = await tempDir('dht')
    await using network = await Network.start(4)
    const { nodes } = network
    const file = await randomFile(dir.join('seed', 'content.bin'), 200_000)
    await using seeder = await Libtorrent.start()
    const { magnet, v1 } = await seeder.create(file.path, dir.join('content.torrent'), { version: 'v1' })
    await seeder.add({ torrent: dir.join('content.torrent'), savePath: dir.join('seed'), seedMode: true })
    const infoHash = fromHex(v1!)!
    const { closest } = await searchPeers(nodes[1]!, infoHash)
    expect(await announcePeer(nodes[1]!, infoHash, closest, { port: seeder.port })).toBeGreaterThan(2)

    await using aria2 = await Aria2.start({
      directory: dir.join('leech'),
      args: [
        '--enable-dht=true',
        `--dht-entry-point=${HOST}:${nodes[0]!.port}`,
        `--dht-listen-port=${await freePort()}`,
        `--dht-file-path=${dir.join('dht.dat')}`,
      ],
    })
    await aria2.done(await aria2.addUri(magnet))
    expect(await sha256Of(dir.join('leech', 'content.bin'))).toBe(file.sha256)
  })
})
