/**
 * Two nodes in a local network without internet, tracker or DHT: they join the Shoal network,
 * search and download.
 */
import { until } from '@shoal/testing'
import { describe, expect, it } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { cannotCreateNats, NatNetwork } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { searched, torrentOf } from './support/placed-torrents.ts'

const LOCAL = { network: { lsd: true } }

describe.skipIf(cannotCreateNats)('a local network without the internet', () => {
  it('is enough for nodes to join the Shoal network, search and download', async () => {
    await using dir = await tempDir('lan')
    using network = new NatNetwork()
    const { path } = await randomFile(dir.join('middle', 'files', 'meadow.bin'), 300_000)
    await using first = await PlacedNode.start(network, 'middle', dir, LOCAL)
    await using second = await PlacedNode.start(network, 'north', dir, LOCAL)
    for (const node of [first, second]) {
      const knowsOther = async () => (await node.call('getNetwork', {})).nodes === 1
      await until('the nodes meet', knowsOther)
    }
    await first.call('createTorrent', { path, trackers: [] } as never)
    const shared = await until('the torrent is created', () => torrentOf(first))
    await first.call('makeFindable', { id: shared.id, title: 'A meadow in May' } as never)
    const link = await searched(second, 'meadow')
    await second.call('addTorrent', { source: link } as never)
    await until('completion', async () => (await torrentOf(second))?.progress === 1)
    expect(await difference(dir.join('middle', 'files'), dir.join('north', 'files'))).toBeNull()
  })
})
