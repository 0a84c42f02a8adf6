/**
 * Two peers behind separate NATs that connect with the help of a third one (BEP 55), in network
 * namespaces.
 */
import { readFile } from 'node:fs/promises'
import type { Peer } from '@shoal/api'
import { limitMs, until } from '@shoal/testing'
import type { PeerStatus, SessionOptions } from '@shoal/torrent'
import { describe, expect, it } from 'vitest'
import { difference, randomFile, type TempDir, tempDir } from './support/files.ts'
import { HomePeer, PEER } from './support/home-network.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { cannotCreateNats, NatNetwork, type NatPlace, PUBLIC } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { type ManagedProcess, start } from './support/process.ts'
import { makeTorrent } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const PORT = 6881
const BYTES = 6_000_000
/**
 * No piece of 1 MiB is complete in time at this rate, so the peer in the middle has nothing, but
 * stays connected to seeds.
 */
const CRAWL_BYTES = 1000
const MIDDLE = `${PUBLIC.middle}:${PORT}`
/** The download lasts long enough to be observed. */
const SLOW = { uploadBytesPerSecond: 500_000 }
/** A dial takes 15 seconds to fail. */
const PATIENCE = { timeoutMs: limitMs(90), intervalMs: 200 }

const BETWEEN_NODES = { network: { pex: true, webrtc: false }, shoal: { enabled: false } }

const peersOf = async (node: PlacedNode, id: string): Promise<readonly Peer[]> =>
  (await node.call('listPeers', { id })).items

async function content(dir: TempDir) {
  const { path } = await randomFile(dir.join('left', 'files', 'content.bin'), BYTES)
  const pieceLengthBytes = 1 << 20
  return makeTorrent(path, dir.join('content.torrent'), { version: 'v1', pieceLengthBytes })
}

/** Resolves with the peer at a router, once payload is exchanged with it. */
function directPeer(node: PlacedNode, id: string, router: 'left' | 'right'): Promise<Peer> {
  let last: readonly Peer[] = []
  const find = async () => {
    last = await peersOf(node, id)
    const isDirect = ({ address, downloadedBytes, uploadedBytes }: Peer) =>
      address.startsWith(PUBLIC[router]) && downloadedBytes + uploadedBytes > 0
    return last.find(isDirect)
  }
  return until('they are connected', find, PATIENCE).catch(error => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`)
  })
}

async function downloaded(node: PlacedNode, id: string, dir: TempDir): Promise<void> {
  const isComplete = async () => (await node.call('getTorrent', { id })).state === 'seeding'
  await until('completion', isComplete, PATIENCE)
  expect(await difference(dir.join('left', 'files'), dir.join('right', 'files'))).toBeNull()
}

/** A session in one of the networks. */
class PlacedSession implements AsyncDisposable {
  readonly peer: HomePeer

  private constructor(process: ManagedProcess) {
    this.peer = new HomePeer(process)
  }

  static async start(
    network: NatNetwork,
    place: NatPlace,
    options: SessionOptions = {},
  ): Promise<PlacedSession> {
    const within = network.within(place)
    const program = await start(place, process.execPath, [PEER], { stdin: true, ownStdout: true, within })
    const session = new PlacedSession(program)
    await session.peer.call('open', { port: PORT, ...options })
    return session
  }

  swarm() {
    return this.peer.call('swarm', {})
  }

  /** Resolves with the peer behind the other router once everything has been downloaded from it. */
  async downloaded() {
    let last: Awaited<ReturnType<PlacedSession['swarm']>> | undefined
    let direct: PeerStatus | undefined
    const isDone = async () => {
      last = await this.swarm()
      direct = last.peers.find(({ address }) => address.startsWith(PUBLIC.left)) ?? direct
      return last.isComplete
    }
    await until('completion', isDone, { timeoutMs: limitMs(90) }).catch(error => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`)
    })
    return direct
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer.process.stop()
  }
}

function startLibtorrent(network: NatNetwork, place: NatPlace): Promise<Libtorrent> {
  const settings = {
    listen_interfaces: `0.0.0.0:${PORT}`,
    enable_incoming_utp: true,
    enable_outgoing_utp: true,
  }
  return Libtorrent.start({ settings, within: network.within(place) })
}

describe.skipIf(cannotCreateNats)('hole punching', { concurrent: true }, () => {
  it('connects two nodes behind NATs through a node that has nothing', async () => {
    await using dir = await tempDir('punch')
    using network = new NatNetwork()
    const { torrent, v1 } = await content(dir)
    await using middle = await PlacedNode.start(network, 'middle', dir, BETWEEN_NODES)
    // It ignores addresses from others, so that the two do not dial each other by chance.
    const silent = { ...BETWEEN_NODES, network: { ...BETWEEN_NODES.network, pex: false } }
    await using left = await PlacedNode.start(network, 'left', dir, silent)
    await using right = await PlacedNode.start(network, 'right', dir, BETWEEN_NODES)
    const metainfo = (await readFile(torrent)).toString('base64')
    await middle.call('addTorrent', { torrent: metainfo, downloadLimitBytesPerSecond: CRAWL_BYTES })
    const limit = { uploadLimitBytesPerSecond: SLOW.uploadBytesPerSecond }
    await left.call('addTorrent', { torrent: metainfo, trusted: true, peers: [MIDDLE], ...limit })
    await until('the seed is connected', async () => (await peersOf(middle, v1!)).length === 1, PATIENCE)
    await right.call('addTorrent', { torrent: metainfo, peers: [MIDDLE] })

    // Both may have dialed successfully: they agree which of two connections to keep.
    const [seed, leech] = await until('one connection is left', async () => {
      const ends = [directPeer(right, v1!, 'left'), directPeer(left, v1!, 'right')]
      const [one, other] = await Promise.all(ends)
      return one!.incoming !== other!.incoming && ([one!, other!] as const)
    })
    const direct = { kind: 'utp', holePunched: true }
    expect(seed).toMatchObject({ ...direct, address: `${PUBLIC.left}:${PORT}` })
    expect(leech).toMatchObject({ ...direct, address: `${PUBLIC.right}:${PORT}` })
    const relayed = await peersOf(middle, v1!)
    expect(relayed.map(({ holePunched }) => holePunched)).toEqual([false, false])
    await downloaded(right, v1!, dir)
    expect(network.bytesOfMiddle()).toBeLessThan(BYTES / 10)
    expect(relayed.every(({ uploadedBytes }) => uploadedBytes === 0)).toBe(true)
  })

  it.skipIf(missing('libtorrent'))('connects two sessions through libtorrent', async () => {
    await using dir = await tempDir('punch')
    using network = new NatNetwork()
    const { torrent } = await content(dir)
    await using middle = await startLibtorrent(network, 'middle')
    const relayed = await middle.add({ torrent, savePath: dir.join('middle') })
    await relayed.limit({ download: CRAWL_BYTES })
    await using left = await PlacedSession.start(network, 'left', { pex: false, limits: SLOW })
    await left.peer.call('join', {
      torrent,
      directory: dir.join('left', 'files'),
      trusted: true,
      peers: [MIDDLE],
    })
    await until('the seed is connected', async () => (await relayed.peers()).length === 1, PATIENCE)
    await using right = await PlacedSession.start(network, 'right')
    await right.peer.call('join', { torrent, directory: dir.join('right', 'files'), peers: [MIDDLE] })
    expect(await right.downloaded()).toMatchObject({ kind: 'utp', holePunched: true })
    expect(await difference(dir.join('left', 'files'), dir.join('right', 'files'))).toBeNull()
    expect((await relayed.status()).uploadedBytes).toBe(0)
    expect(network.bytesOfMiddle()).toBeLessThan(BYTES / 10)
  })

  it.skipIf(missing('libtorrent'))('connects a session to libtorrent through a session', async () => {
    await using dir = await tempDir('punch')
    using network = new NatNetwork()
    const { torrent } = await content(dir)
    const crawl = { limits: { downloadBytesPerSecond: CRAWL_BYTES } }
    await using middle = await PlacedSession.start(network, 'middle', crawl)
    await middle.peer.call('join', { torrent, directory: dir.join('middle') })
    await using left = await startLibtorrent(network, 'left')
    const peers = [[PUBLIC.middle, PORT]] as const
    const seed = { torrent, savePath: dir.join('left', 'files'), seedMode: true, peers, pex: false }
    await (await left.add(seed)).limit({ upload: SLOW.uploadBytesPerSecond })
    await until('the seed is connected', async () => (await middle.swarm()).peers.length === 1, PATIENCE)
    await using right = await PlacedSession.start(network, 'right')
    await right.peer.call('join', { torrent, directory: dir.join('right', 'files'), peers: [MIDDLE] })
    expect(await right.downloaded()).toMatchObject({ kind: 'utp', holePunched: true })
    expect(await difference(dir.join('left', 'files'), dir.join('right', 'files'))).toBeNull()
    expect(network.bytesOfMiddle()).toBeLessThan(BYTES / 10)
  })
})
