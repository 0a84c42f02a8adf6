/**
 * The host of a share link is queried for the torrent only for links that the user gives, so that
 * strangers cannot misuse the node.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatShareLink } from '@shoal/links'
import { until } from '@shoal/testing'
import { createTorrent } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

/** Nothing listens there. */
const LOCAL = 'http://127.0.0.1:9'

/** Returns a share link to a torrent that a peer on this machine has. */
async function linkTo(node: TestNode, page: string, { isPrivate = false } = {}) {
  const folder = join(node.folder, 'seed')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.txt'), `${page} ${isPrivate}`)
  // A tracker that browsers can use: others are not in links.
  const own = `${page.replace(/^http/, 'ws')}/own/announce`
  const metainfo = await createTorrent(join(folder, 'a.txt'), { private: isPrivate, trackers: [[own]] })
  const { peer } = await seedForTest(folder, metainfo)
  const { infoHashes } = metainfo.info
  return { peer, own, source: formatShareLink(`${page}/share/`, { magnet: { infoHashes, trackers: [own] } }) }
}

function trackersOf(node: TestNode, id: string): readonly string[] {
  return node.torrents.registry.get(id).api.trackers.flat()
}

test('the host of a link that the user gives is asked first', async () => {
  const node = await nodeForTest()
  const { source, own } = await linkTo(node, LOCAL)
  const { torrent } = await node.operations.addTorrent({ source })
  expect(trackersOf(node, torrent!.id)).toEqual([`${LOCAL}/announce`, 'ws://127.0.0.1:9/announce', own])
})

test('the host is not asked for a torrent that turns out to be private', async () => {
  const node = await nodeForTest()
  const { source, peer, own } = await linkTo(node, LOCAL, { isPrivate: true })
  const { torrent } = await node.operations.addTorrent({ source, peers: [peer] })
  const { api } = node.torrents.registry.get(torrent!.id)
  expect(api.trackers.flat()).toHaveLength(3)
  await until('only its own tracker is left', () => api.trackers.flat().length === 1)
  expect(api.trackers.flat()).toEqual([own])
  // Added again, it is known to be private.
  await node.operations.addTorrent({ source })
  expect(api.trackers.flat()).toEqual([own])
})
