/** BitTorrent over streams of libp2p: between our sessions, and with a peer made of libp2p's public packages. */
import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { Libp2pTransport, peerAddress } from '../packages/network/src/transport/libp2p-transport.ts'
import { testTransport } from '../packages/torrent/src/transport/compliance.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { plainHost } from './support/libp2p-hosts.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { STREAM_PIECE_BYTES, startStreamPeer } from './support/stream-peer.ts'
import { until } from './support/wait.ts'

const BYTES = 3_000_001

/** A session whose only transport is libp2p. */
async function open(options: Parameters<typeof Shoal.open>[0]) {
  const host = await plainHost()
  const transport = new Libp2pTransport(host)
  const shoal = await Shoal.open(options, { createTransports: () => [transport] })
  return {
    shoal,
    host,
    [Symbol.asyncDispose]: async () => {
      await shoal[Symbol.asyncDispose]()
      await host.stop()
    },
  }
}

const hosts: Awaited<ReturnType<typeof plainHost>>[] = []
afterAll(() => Promise.all(hosts.map(host => host.stop())))

testTransport('libp2p', async () => {
  const [one, two] = await Promise.all([plainHost(), plainHost()])
  hosts.push(one, two)
  await two.peerStore.merge(one.peerId, { multiaddrs: one.getMultiaddrs() })
  return {
    transport: new Libp2pTransport(one),
    host: '127.0.0.1',
    dialer: new Libp2pTransport(two),
    name: peerAddress(one.peerId),
  }
})

test('a download from a foreign peer, and one by it, over streams', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const content = await readFile(path)
  const made = await makeTorrent(path, dir.join('content.torrent'), {
    version: 'v1',
    pieceLengthBytes: STREAM_PIECE_BYTES,
  })
  const infoHash = Buffer.from(made.v1!, 'hex')
  await using foreign = await startStreamPeer()
  await foreign.seed(infoHash, content)

  await using ours = await open({ directory: dir.join('leech'), encryption: 'require' })
  await ours.host.peerStore.merge(foreign.host.peerId, { multiaddrs: foreign.host.getMultiaddrs() })
  const torrent = await ours.shoal.add(made.torrent)
  torrent.addPeer(peerAddress(foreign.host.peerId))
  await until('a connection', () => torrent.peers().length > 0)
  expect(torrent.peers()).toMatchObject([{ kind: 'libp2p', encrypted: true, incoming: false }])
  await ours.shoal.done(torrent)
  expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()

  await using other = await startStreamPeer()
  const received = await other.download(ours.host.getMultiaddrs(), infoHash, BYTES)
  expect(received.equals(content)).toBe(true)
})

test('two sessions over a stream, in a hybrid torrent of which one has a magnet link', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  await using seeder = await open({})
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  await using leecher = await open({ directory: dir.join('leech') })
  await leecher.host.peerStore.merge(seeder.host.peerId, { multiaddrs: seeder.host.getMultiaddrs() })
  const torrent = await leecher.shoal.add(made.magnet)
  const peers: unknown[] = []
  torrent.on('piece', () => peers.push(...torrent.peers()))
  torrent.addPeer(peerAddress(seeder.host.peerId))
  await leecher.shoal.done(torrent)
  expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  expect(peers[0]).toMatchObject({ kind: 'libp2p', incoming: false })
})

test('a peer that the IP filter blocks is not accepted', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), 100_000)
  const made = await makeTorrent(path, dir.join('content.torrent'), { version: 'v1' })
  await using seeder = await open({ ipFilter: { has: host => host === '127.0.0.1' } })
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  await using foreign = await startStreamPeer()
  const asked = foreign.download(seeder.host.getMultiaddrs(), Buffer.from(made.v1!, 'hex'), 100_000)
  await expect(asked).rejects.toThrow()
  expect(seeder.shoal.session.stats.blockedPeers).toBe(1)
})
