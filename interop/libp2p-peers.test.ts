/**
 * BitTorrent over libp2p streams: between our sessions, and with a peer built from libp2p's public
 * packages.
 */
import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { afterAll, expect, test } from 'vitest'
import { Libp2pTransport } from '../packages/network/src/transport/libp2p-transport.ts'
import { peerAddress } from '../packages/network/src/transport/peer-name.ts'
import { PEER_PROTOCOL } from '../packages/network/src/transport/protocols.ts'
import { SignaledPeers } from '../packages/network/src/transport/signaled-peers.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { TestRecognition } from '../packages/torrent/src/swarm/testing/test-recognition.ts'
import { testTransport } from '../packages/torrent/src/transport/compliance.ts'
import { TcpTransport } from '../packages/torrent/src/transport/tcp-transport.node.ts'
import type { Transport } from '../packages/torrent/src/transport/transport.ts'
import { openRtc } from '../packages/torrent/src/transport/webrtc/rtc.node.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { hiddenHost, plainHost, relayHost } from './support/libp2p-hosts.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { STREAM_PIECE_BYTES, startStreamPeer } from './support/stream-peer.ts'

const BYTES = 3_000_001
const SLOW = { uploadBytesPerSecond: 1_000_000, limitLocalPeers: true }

type Host = Awaited<ReturnType<typeof plainHost>>

/** A session with libp2p, and with the transports of `others`. */
async function open(
  options: Parameters<typeof Shoal.open>[0],
  host: Host | Promise<Host> = plainHost(),
  others: () => readonly Transport[] = () => [],
) {
  const stack = new AsyncDisposableStack()
  const libp2p = await host
  stack.defer(() => libp2p.stop())
  const signaled = new SignaledPeers({
    clock: systemClock,
    random: systemRandom,
    openRtc: () => openRtc({ host: '127.0.0.1' }),
    config: () => ({ iceServers: [] }),
  })
  const transports = [...others(), new Libp2pTransport(libp2p, signaled)]
  const shoal = stack.use(await Shoal.open(options, { createTransports: () => transports }))
  return { shoal, host: libp2p, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const hosts: Host[] = []
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

test('two Shoal sessions recognize each other, bound to the keys of their hosts', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  const [giver, taker] = [new TestRecognition(1), new TestRecognition(2)]
  await using seeder = await open({ recognition: giver, limits: SLOW })
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  await using leecher = await open({ directory: dir.join('leech'), recognition: taker })
  await leecher.host.peerStore.merge(seeder.host.peerId, { multiaddrs: seeder.host.getMultiaddrs() })
  const torrent = await leecher.shoal.add(made.torrent)
  torrent.addPeer(peerAddress(seeder.host.peerId))
  await until('both know each other', () => giver.recognized.length + taker.recognized.length >= 2)
  await leecher.shoal.done(torrent)
  expect(taker.recognized).toMatchObject([{ key: giver.name, isBound: true }])
  expect(giver.recognized).toMatchObject([{ key: taker.name, isBound: true }])
})

test('somebody in the middle who passes a stream on is taken for neither of the two', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  const [giver, taker] = [new TestRecognition(1), new TestRecognition(2)]
  await using seeder = await open({ recognition: giver, limits: SLOW })
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  const middle = await plainHost()
  hosts.push(middle)
  await middle.handle(PEER_PROTOCOL, async stream => {
    const onward = await middle.dialProtocol(seeder.host.getMultiaddrs(), PEER_PROTOCOL)
    for (const [from, to] of [
      [stream, onward],
      [onward, stream],
    ] as const) {
      from.addEventListener('message', ({ data }) => void to.send(data))
      from.addEventListener('close', () => void to.close().catch(() => {}))
    }
  })
  await using leecher = await open({ directory: dir.join('leech'), recognition: taker })
  await leecher.host.peerStore.merge(middle.peerId, { multiaddrs: middle.getMultiaddrs() })
  const torrent = await leecher.shoal.add(made.torrent)
  torrent.addPeer(peerAddress(middle.peerId))
  await until('the proof is refused', () => giver.refused.length > 0)
  // The transfer continues, between strangers.
  await leecher.shoal.done(torrent)
  expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  expect(giver.refused).toEqual(['not-proved'])
  expect([...giver.recognized, ...taker.recognized]).toEqual([])
})

test('a peer that accepts TCP is dialed without libp2p once its host says at which port', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  const tcp = () => [new TcpTransport()]
  await using seeder = await open({}, plainHost(), tcp)
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  await using leecher = await open({ directory: dir.join('leech') }, plainHost(), tcp)
  await leecher.host.peerStore.merge(seeder.host.peerId, { multiaddrs: seeder.host.getMultiaddrs() })
  const torrent = await leecher.shoal.add(made.magnet)
  const peers: unknown[] = []
  torrent.on('piece', () => peers.push(...torrent.peers()))
  torrent.addPeer(peerAddress(seeder.host.peerId))
  await leecher.shoal.done(torrent)
  expect(peers[0]).toMatchObject({ kind: 'tcp', address: seeder.shoal.address })
})

test('peers that only a relay reaches use it to find a direct way by WebRTC', async () => {
  await using dir = await tempDir('libp2p')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  const relay = await relayHost()
  hosts.push(relay)
  await using seeder = await open({}, hiddenHost())
  await seeder.host.dial(relay.getMultiaddrs())
  await until('a reservation', () => seeder.host.getMultiaddrs().length > 0)
  await seeder.shoal.get(made.torrent, { directory: dir.join('seed') })
  await using leecher = await open({ directory: dir.join('leech') }, hiddenHost())
  await leecher.host.peerStore.merge(seeder.host.peerId, { multiaddrs: seeder.host.getMultiaddrs() })
  const torrent = await leecher.shoal.add(made.magnet)
  const peers: unknown[] = []
  torrent.on('piece', () => peers.push(...torrent.peers()))
  torrent.addPeer(peerAddress(seeder.host.peerId))
  await leecher.shoal.done(torrent)
  expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  expect(peers[0]).toMatchObject({ kind: 'webrtc', encrypted: true, incoming: false })
  // The relay carries only the offer and the answer.
  expect(leecher.host.getConnections(seeder.host.peerId)[0]?.limits?.bytes).toBeGreaterThan(100_000n)
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
