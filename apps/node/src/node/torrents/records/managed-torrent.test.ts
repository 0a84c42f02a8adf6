import type { TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { ManagedTorrent } from './managed-torrent.ts'
import type { TorrentRow } from './torrent-row.ts'

const row = { id: 'a', name: null, downloadingSeconds: 10, seedingSeconds: 0 } as TorrentRow

function managed(files: Readonly<Record<string, string>> = { 'tree/a': 'tree/a' }) {
  const paths = Object.entries(files).map(([path, now]) => ({
    path: path.split('/'),
    currentPath: now.split('/'),
    storedPath: now.split('/'),
  }))
  const api = {
    name: 'tree',
    state: 'downloading',
    isComplete: false,
    metainfo: {},
    files: paths,
    stats: { downloadedBytes: 100, uploadedBytes: 50, seeds: 0 },
  }
  return { api, torrent: new ManagedTorrent(api as unknown as TorrentApi, row) }
}

test('counts the seconds in a state up to now, and no sleep', () => {
  const { api, torrent } = managed()
  torrent.observe(1_000_000)
  torrent.observe(1_008_000)
  expect(torrent.row).toMatchObject({ downloadingSeconds: 18, seedingSeconds: 0 })
  api.state = 'seeding'
  torrent.observe(1_010_000)
  torrent.observe(1_015_500)
  expect(torrent.row).toMatchObject({ downloadingSeconds: 20, seedingSeconds: 5.5 })
  torrent.observe(9_000_000)
  api.state = 'paused'
  torrent.observe(9_001_000)
  torrent.observe(9_050_000)
  expect(torrent.row.seedingSeconds).toBe(5.5 + 90 + 1)
})

test('remembers when somebody had everything, and the bytes of this run', () => {
  const { api, torrent } = managed()
  torrent.observe(1000)
  expect(torrent.seenCompleteMs).toBeNull()
  api.stats = { downloadedBytes: 130, uploadedBytes: 50, seeds: 1 }
  torrent.observe(2000)
  api.stats = { ...api.stats, seeds: 0 }
  torrent.observe(3000)
  expect(torrent.seenCompleteMs).toBe(2000)
  expect(torrent.sessionBytes).toEqual({ downloadedBytes: 30, uploadedBytes: 0 })
})

test.each([
  ['a renamed root', { 'tree/a': 'baum/a', 'tree/b': 'baum/b' }, 'baum', 'baum'],
  ['a renamed file', { 'tree/a': 'tree/x', 'tree/b': 'tree/b' }, 'tree', 'tree'],
  ['files without a folder', { 'tree/a': 'a', 'tree/b': 'b' }, null, 'tree'],
  ['files in two folders', { 'tree/a': 'tree/a', 'tree/b': 'other/b' }, null, 'tree'],
  ['a single file', { 'c.bin': 'd.bin' }, 'd.bin', 'd.bin'],
  ['a single file in a folder', { 'c.bin': 'c/c.bin' }, 'c', 'tree'],
] as const)('%s: the names on disk and in the list', (_, files, diskName, name) => {
  const { torrent } = managed(files)
  expect([torrent.diskName, torrent.name]).toEqual([diskName, name])
})
