/** Five nodes on four networks, two of them behind NATs, that have nothing but the Shoal network to find and reach each other. */
import type { Torrent } from '@shoal/api'
import { describe, expect, it } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { cannotCreateNats, NatNetwork, PUBLIC } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { until } from './support/wait.ts'

const BYTES = 6_000_000
const PATIENCE = { timeoutMs: 120_000, intervalMs: 200 }
const MIDDLE = `/ip4/${PUBLIC.middle}/tcp/6882`

/** Resolves when the network of a node is on. */
async function on(node: PlacedNode): Promise<void> {
  const isOn = async () => (await node.call('getNetwork', {})).state === 'on'
  await until('the network is on', isOn, PATIENCE)
}

/** Resolves when a node is reached through the relay at a public address. */
async function isRelayed(node: PlacedNode, by: string): Promise<void> {
  const hasRelay = async () => {
    const { addresses } = await node.call('getNetwork', {})
    return addresses.some(address => address.startsWith(`/ip4/${by}/`) && address.includes('p2p-circuit'))
  }
  await until('a node is reached through a relay', hasRelay, PATIENCE)
}

/** The torrent of a node that has one. */
async function torrentOf(node: PlacedNode): Promise<Torrent | undefined> {
  return (await node.call('listTorrents', { sort: 'name', order: 'ascending', limit: 1 })).items[0]
}

/** Creates a torrent from a file, and announces it. */
async function publish(node: PlacedNode, path: string): Promise<Torrent> {
  await node.call('createTorrent', { path, trackers: [] } as never)
  const torrent = await until('the torrent is created', () => torrentOf(node), PATIENCE)
  await node.call('announceTorrent', { id: torrent.id })
  return torrent
}

/** Resolves with the kinds of connections that gave the torrent of a node, when it is complete. */
async function completed(node: PlacedNode): Promise<readonly string[]> {
  const isComplete = async () => (await torrentOf(node))?.progress === 1
  await until('completion', isComplete, PATIENCE).catch(async error => {
    const facts = [await node.call('getNetwork', {}), await torrentOf(node)]
    throw new Error(`${String(error)}: ${JSON.stringify(facts)}`)
  })
  const { items } = await node.call('listSources', { id: (await torrentOf(node))!.id })
  return items.map(({ kind }) => kind)
}

describe.skipIf(cannotCreateNats)('the Shoal network across NATs', { timeout: 400_000 }, () => {
  it('one node finds what another publishes, and downloads it directly by WebRTC', async () => {
    await using dir = await tempDir('nats')
    using network = new NatNetwork()
    const { path } = await randomFile(dir.join('left', 'files', 'content.bin'), BYTES)
    await using middle = await PlacedNode.start(network, 'middle', dir)
    await on(middle)
    const joined = { shoal: { nodes: [MIDDLE] } }
    await using left = await PlacedNode.start(network, 'left', dir, joined)
    await using right = await PlacedNode.start(network, 'right', dir, joined)
    await isRelayed(left, PUBLIC.middle)
    await isRelayed(right, PUBLIC.middle)
    const { infoHashV1 } = await publish(left, path)
    await right.call('addTorrent', { source: infoHashV1! } as never)
    expect(await completed(right)).toEqual(['webrtc'])
    expect(await difference(dir.join('left', 'files'), dir.join('right', 'files'))).toBeNull()
    expect(network.bytesOfMiddle()).toBeLessThan(BYTES / 2)
  })
})
