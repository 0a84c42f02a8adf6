/**
 * Five nodes in four networks, two of them behind NATs, that have only the Shoal network to find
 * and reach each other.
 */
import type { Torrent } from '@shoal/api'
import { limitMs, until } from '@shoal/testing'
import { describe, expect, it } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { cannotCreateNats, NatNetwork, PUBLIC } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { searched, torrentOf } from './support/placed-torrents.ts'

const BYTES = 3_000_000
const PATIENCE = { timeoutMs: limitMs(120), intervalMs: 200 }
const MIDDLE = `/ip4/${PUBLIC.middle}/tcp/6882`

const facts = (node: PlacedNode) => node.call('getNetwork', {})

/** Resolves when the network of a node is on. */
async function on(node: PlacedNode): Promise<void> {
  const isOn = async () => (await facts(node)).state === 'on'
  await until('the network is on', isOn, PATIENCE)
}

/** Resolves when a node is reachable through the relay at a public address. */
async function isRelayed(node: PlacedNode, by: string): Promise<void> {
  const hasRelay = async () => {
    const { addresses } = await facts(node)
    return addresses.some(address => address.startsWith(`/ip4/${by}/`) && address.includes('p2p-circuit'))
  }
  await until('a node is reached through a relay', hasRelay, PATIENCE)
}

/** Adds the torrent of a link, with nothing but that link. */
async function add(node: PlacedNode, source: string): Promise<void> {
  await node.call('addTorrent', { source } as never)
}

async function limit(node: PlacedNode, downloadBytesPerSecond: number): Promise<void> {
  await node.call('changeSettings', { limits: { downloadBytesPerSecond } } as never)
}

/** Creates a torrent from a file, and announces it. */
async function publish(node: PlacedNode, path: string): Promise<Torrent> {
  await node.call('createTorrent', { path, trackers: [] } as never)
  const torrent = await until('the torrent is created', () => torrentOf(node), PATIENCE)
  await node.call('announceTorrent', { id: torrent.id })
  return torrent
}

/** Resolves with the kinds of connections that delivered a node's torrent, once it is complete. */
async function completed(node: PlacedNode): Promise<readonly string[]> {
  const isComplete = async () => (await torrentOf(node))?.progress === 1
  await until('completion', isComplete, PATIENCE).catch(async error => {
    throw new Error(`${String(error)}: ${JSON.stringify([await facts(node), await torrentOf(node)])}`)
  })
  const { items } = await node.call('listSources', { id: (await torrentOf(node))!.id })
  return items.map(({ kind }) => kind)
}

describe.skipIf(cannotCreateNats)('the Shoal network across NATs', { timeout: limitMs(400) }, () => {
  it('finds, downloads, and continues without the relay and without the provider', async () => {
    await using dir = await tempDir('nats')
    using network = new NatNetwork()
    const { path } = await randomFile(dir.join('left', 'files', 'carnival.bin'), BYTES)
    await using middle = await PlacedNode.start(network, 'middle', dir)
    await on(middle)
    const joined = { shoal: { nodes: [MIDDLE] } }
    await using left = await PlacedNode.start(network, 'left', dir, joined)
    await using right = await PlacedNode.start(network, 'right', dir, joined)
    await isRelayed(left, PUBLIC.middle)
    await isRelayed(right, PUBLIC.middle)

    // Both ends are behind NATs: the relay carries an offer and its answer, and WebRTC the rest.
    const { id, infoHashV1 } = await publish(left, path)
    await left.call('makeFindable', { id, title: 'Carnival in the valley' } as never)
    const cid = (await left.call('listProvided', {})).items[0]!.cid
    await add(right, cid)
    expect(await completed(right)).toEqual(['webrtc'])
    expect(await difference(dir.join('left', 'files'), dir.join('right', 'files'))).toBeNull()
    expect(network.bytesOfMiddle()).toBeLessThan(BYTES / 2)

    // A publicly reachable node finds by the v1 hash a torrent that only nodes behind NATs have.
    await using north = await PlacedNode.start(network, 'north', dir, joined)
    await on(north)
    await until('it knows all nodes that can be dialed', async () => (await facts(north)).nodes > 0, PATIENCE)
    await add(north, infoHashV1!)
    await completed(north)
    await north.call('announceTorrent', { id: (await torrentOf(north))!.id })

    // Without the first relay, a node with other connections finds another one, and announces its
    // new address.
    await using south = await PlacedNode.start(network, 'south', dir, {
      shoal: { nodes: [`/ip4/${PUBLIC.north}/tcp/6882`] },
    })
    await on(south)
    await middle.kill()
    await isRelayed(left, PUBLIC.north)
    await isRelayed(right, PUBLIC.north)

    const { id: leftId } = await facts(left)
    const isAnnounced = async () => {
      const { items } = await south.call('findProviders', { link: infoHashV1! })
      const addresses = items.find(provider => provider.id === leftId)?.addresses ?? []
      return addresses.some(address => address.startsWith(`/ip4/${PUBLIC.north}/`))
    }
    await until('the new address of the provider is announced', isAnnounced, PATIENCE)

    // The last one finds it by search. It starts downloading from the provider, which then stops,
    // and continues with another.
    await limit(south, BYTES / 60)
    await add(south, await searched(south, 'carnival', PATIENCE))
    const givers = async () => {
      const { items } = await south.call('listPeers', { id: (await torrentOf(south))!.id })
      return items.filter(peer => peer.downloadedBytes > 0).map(peer => peer.address)
    }
    const isGiving = async () => (await givers()).some(address => address.startsWith(PUBLIC.left))
    await until('the provider gives', isGiving, PATIENCE)
    await left.kill()
    await limit(south, 0)
    await completed(south)
    expect(await difference(dir.join('left', 'files'), dir.join('south', 'files'))).toBeNull()
  })
})
