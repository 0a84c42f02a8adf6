/** The node's Transmission RPC, driven by the published client library that media tools use. */
import { readFile } from 'node:fs/promises'
import { Transmission } from '@ctrl/transmission'
import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { randomTree, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { makeTorrent } from './support/shoal.ts'

test('@ctrl/transmission adds, lists, labels, limits, pauses, moves and removes', async () => {
  await using dir = await tempDir('compat-tr-client')
  await randomTree(dir.join('album'), { 'a.mp3': 100_000, 'b.mp3': 200_000 })
  const made = await makeTorrent(dir.join('album'), dir.join('album.torrent'))
  await using node = await Node.start({ folder: dir.path })
  const client = new Transmission({ baseUrl: `${node.url}/`, username: 'shoal', password: node.token })
  expect((await client.getSession()).arguments).toMatchObject({
    'rpc-version': 17,
    'download-dir': node.downloads,
  })

  const torrent = await readFile(made.torrent)
  const options = { 'download-dir': node.downloads, paused: true }
  const { arguments: added } = await client.addTorrent(torrent, options)
  expect(added).toEqual({ 'torrent-added': { id: 1, hashString: made.v1, name: 'album' } })
  const { arguments: again } = await client.addTorrent(torrent, options)
  expect(again).toEqual({ 'torrent-duplicate': { id: 1, hashString: made.v1, name: 'album' } })

  await client.setTorrent(made.v1!, { labels: ['music', 'live'], downloadLimit: 50, downloadLimited: true })
  await client.setTorrent(1, {
    seedRatioLimit: 1.5,
    seedRatioMode: 1,
    seedIdleLimit: 90,
    seedIdleMode: 1,
  } as object)
  const one = await client.getTorrent(made.v1!)
  expect(one).toMatchObject({
    id: made.v1,
    name: 'album',
    label: 'music',
    state: 'paused',
    isCompleted: false,
  })
  expect(one.raw).toMatchObject({
    labels: ['music', 'live'],
    downloadLimit: 50,
    seedRatioLimit: 1.5,
    seedRatioMode: 1,
    seedIdleLimit: 90,
    totalSize: 300_000,
    wanted: [1, 1],
    files: [{ name: 'album/a.mp3', length: 100_000 }, { name: 'album/b.mp3' }],
  })
  expect((await client.getAllData()).labels).toEqual([{ id: 'music', name: 'music', count: 1 }])

  await client.resumeTorrent(made.v1!)
  // Existing files are checked first.
  await until('it downloads', async () => (await client.getTorrent(1)).state === 'downloading')
  await client.pauseTorrent(1)
  expect((await client.getTorrent(1)).state).toBe('paused')
  await client.moveTorrent(1, dir.join('downloads', 'moved'))
  await until(
    'it was moved',
    async () => (await client.getTorrent(1)).savePath === dir.join('downloads', 'moved'),
  )
  await client.renamePath(1, { path: 'album/a.mp3', name: 'first.mp3' } as object)
  await client.queueTop(1)
  expect((await client.freeSpace(node.downloads)).arguments['size-bytes']).toBeGreaterThan(0)
  await client.verifyTorrent(1)
  await client.reannounceTorrent(1)
  await client.removeTorrent(1)
  expect((await client.listTorrents()).arguments.torrents).toEqual([])
  await until('the removal is reported', async () => {
    const { _data } = await client.request('torrent-get', { ids: 'recently-active', fields: ['id'] })
    return (_data as { arguments: { removed: number[] } }).arguments.removed.includes(1)
  })
})
