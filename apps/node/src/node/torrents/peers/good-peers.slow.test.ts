import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTorrent, infoHashText, type PeerStatus, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../../testing/for-test.ts'
import { bestPeers } from './good-peers.ts'

const MEBIBYTE = 1024 * 1024

/** A slow seed and its torrent. */
async function slowSeed(isPrivate: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-seed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(4 * MEBIBYTE, 'big'))
  const metainfo = await createTorrent(join(folder, 'big.bin'), {
    private: isPrivate,
    pieceLengthBytes: 16_384,
  })
  const { session, peer } = await seedForTest(folder, metainfo, { uploadBytesPerSecond: MEBIBYTE / 2 })
  return {
    session,
    id: infoHashText(metainfo.info.infoHashes),
    torrent: Buffer.from(writeMetainfo(metainfo)).toString('base64'),
    peer,
  }
}

test.each([
  ['a torrent', false, 1],
  ['a private torrent', true, 0],
])('after a restart, the peers of the last run of %s are tried first: %s', async (_, isPrivate, asked) => {
  const { id, torrent, peer } = await slowSeed(isPrivate)
  let node = await nodeForTest()
  await node.operations.addTorrent({ torrent })
  // A peer that is not stored with the torrent, like those from trackers.
  node.torrents.registry.get(id).api.addPeer(peer, { keep: false })
  await vi.waitFor(async () =>
    expect((await node.operations.getTorrent({ id })).downloadedBytes).toBeGreaterThan(0),
  )
  // Without closing the node first, since it may be killed.
  const noted = () => node.catalogue.goodPeers.of(node.torrents.recordId(id)!)
  if (asked > 0) await vi.waitFor(() => expect(noted()).toEqual([peer]))
  node = await node.restart()
  const known = node.catalogue.goodPeers.of(node.torrents.recordId(id)!)
  expect(known).toEqual(Array(asked).fill(peer))
  // It has no other source of peers.
  const connected = async () => (await node.operations.listPeers({ id })).items.length
  if (asked > 0) await vi.waitFor(async () => expect(await connected()).toBe(1))
})

test('the best uploaders are first; peers without a listen port or uploads, and web seeds, are omitted', () => {
  const peer = (address: string, change: Partial<PeerStatus>) =>
    ({
      address,
      kind: 'tcp',
      incoming: false,
      downloadedBytes: 0,
      uploadedBytes: 0,
      wastedBytes: 0,
      ...change,
    }) as PeerStatus
  const many = Array.from({ length: 30 }, (_, at) =>
    peer(`10.0.0.${at}:1`, { downloadedBytes: (at + 1) * MEBIBYTE }),
  )
  const others = [
    peer('10.1.0.1:1', { downloadedBytes: 99 * MEBIBYTE, incoming: true }),
    peer('10.1.0.4:50123', {
      ...{ downloadedBytes: 98 * MEBIBYTE, incoming: true },
      listenAddress: '10.0.0.99:6881',
    }),
    peer('10.1.0.2:1', {}),
    peer('http://web/', { kind: 'webseed', downloadedBytes: 99 * MEBIBYTE }),
    peer('10.1.0.3:1', { downloadedBytes: 40 * MEBIBYTE, wastedBytes: 30 * MEBIBYTE }),
  ]
  const best = bestPeers([...others, ...many])
  expect(best).toHaveLength(20)
  expect(best.slice(0, 2)).toEqual(['10.0.0.99:6881', '10.0.0.29:1'])
  expect(best.some(address => !address.startsWith('10.0.0.'))).toBe(false)
})
