import { readFile, truncate } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { Loopback } from './testing/loopback.ts'

const disk = vi.hoisted(() => ({ full: false, syncs: 0 }))
// The system call, which fails like this only on a network drive or with a quota.
vi.mock('../storage/disk/fs.node.ts', async original => {
  const fs: typeof import('../storage/disk/fs.node.ts') = await original()
  const fdatasync = async (fd: number) => {
    disk.syncs++
    if (disk.full) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    await fs.fdatasync(fd)
  }
  return { ...fs, fdatasync }
})

const LENGTH = 20 * 32_768

beforeEach(() => {
  disk.full = false
})

/** A download that stopped because the disk had no room for bytes that it had accepted. */
async function stopped(loop: Loopback) {
  const metainfo = await loop.torrent('content', { 'a.bin': LENGTH })
  const seeding = await loop.open({ directory: loop.folder })
  await (await seeding.add(metainfo)).whenComplete()
  const time = { skewMs: 0 }
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + time.skewMs }
  const directories = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const session = await loop.open(directories, { clock })
  const peers = [`127.0.0.1:${seeding.port}`]
  disk.full = true
  const torrent = await session.add(metainfo, { peers })
  await until('the disk is full', () => torrent.stats.state === 'error')
  expect(torrent.stats.error).toMatch(/No space left on .*writes or fetches them again/)
  return { session, torrent, directories, time }
}

test('a flush that fails for lack of space is retried, and the torrent resumes by itself', async () => {
  await using loop = await Loopback.make()
  const { session, torrent, directories, time } = await stopped(loop)
  disk.full = false
  time.skewMs = 5000
  await until('it resumes', () => torrent.stats.state === 'seeding')
  expect(torrent.stats.wastedBytes).toBe(0)
  await session.close()
  const again = await loop.open(directories)
  await again.torrents[0]!.whenComplete()
  expect(again.torrents[0]!.stats.haveBytes).toBe(LENGTH)
})

test('bytes that the disk lost are fetched again', async () => {
  await using loop = await Loopback.make()
  const { torrent } = await stopped(loop)
  await truncate(torrent.files[0]!.diskPath!, LENGTH / 2)
  disk.full = false
  await torrent.resume()
  await until('it is whole', () => torrent.stats.state === 'seeding')
  const [got, wanted] = await Promise.all(
    [torrent.files[0]!.diskPath!, loop.path('content', 'a.bin')].map(path => readFile(path)),
  )
  expect(got!.equals(wanted!)).toBe(true)
})

test('bytes that an earlier process wrote are flushed before they are recorded', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': LENGTH, 'b.bin': LENGTH })
  const session = await loop.open({ directory: loop.folder, stateDirectory: loop.path('state') })
  const before = disk.syncs
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  await torrent.pause()
  // Both files, and the two of the record.
  expect(disk.syncs - before).toBeGreaterThanOrEqual(4)
})
