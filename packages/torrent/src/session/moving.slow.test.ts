import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { Loopback } from './testing/loopback.ts'

const FILES = { 'a.bin': 400_000, 'sub/b.bin': 900_000 }

test('files can be renamed and moved during the download, and the next session finds them', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  const seeding = await loop.open({ directory: loop.folder, limits: { uploadBytesPerSecond: 1_000_000 } })
  await (await seeding.add(metainfo)).whenComplete()
  const peers = [`127.0.0.1:${seeding.port}`]

  const options = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const session = await loop.open(options)
  const torrent = await session.add(metainfo, { peers })
  await until('it has begun', () => torrent.stats.haveBytes > 0)
  await torrent.renameFile(0, ['content', 'renamed.bin'])
  await torrent.move(loop.path('elsewhere'))
  await torrent.whenComplete()
  expect(torrent.directory).toBe(loop.path('elsewhere'))
  expect(torrent.files.map(({ diskPath }) => diskPath)).toEqual([
    loop.path('elsewhere', 'content', 'renamed.bin'),
    loop.path('elsewhere', 'content', 'sub', 'b.bin'),
  ])
  for (const [file, name] of [
    [0, 'a.bin'],
    [1, 'sub/b.bin'],
  ] as const) {
    const there = await readFile(torrent.files[file]!.diskPath!)
    expect(Buffer.compare(there, await readFile(loop.path('content', name)))).toBe(0)
  }
  expect(await readdir(loop.path('down')).catch(() => [])).toEqual([])
  await session.close()

  const again = await loop.open(options)
  const [restored] = again.torrents
  await restored!.whenComplete()
  expect(restored!.directory).toBe(loop.path('elsewhere'))
  expect(restored!.files[0]!.diskPath).toBe(loop.path('elsewhere', 'content', 'renamed.bin'))
})

test('an impossible rename or move is an error and changes nothing', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', FILES)
  const session = await loop.open({ directory: loop.folder })
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  const before = torrent.files.map(({ diskPath }) => diskPath)
  await expect(torrent.renameFile(7, ['x'])).rejects.toMatchObject({ code: 'bad-argument' })
  await expect(torrent.move(loop.path('content', 'a.bin', 'x'))).rejects.toMatchObject({ name: 'ShoalError' })
  expect(torrent.directory).toBe(loop.folder)
  expect(torrent.files.map(({ diskPath }) => diskPath)).toEqual(before)
})

test('a folder can be renamed with all its files, also into another, and the next session finds them', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', {
    'a.bin': 1000,
    'x/b.bin': 2000,
    'x/y/c.bin': 3000,
    'xx/d.bin': 4000,
  })
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  const session = await loop.open(options)
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  const paths = (one: typeof torrent) => one.files.map(({ currentPath }) => currentPath.join('/'))
  await torrent.renameFolder(['content', 'x'], ['content', 'new', 'z'])
  await torrent.renameFolder(['content', 'new', 'z', 'y'], ['content', 'y'])
  const expected = ['content/a.bin', 'content/new/z/b.bin', 'content/y/c.bin', 'content/xx/d.bin']
  expect(paths(torrent)).toEqual(expected)
  expect(torrent.files.map(({ diskPath }) => diskPath)).toEqual(expected.map(path => loop.path(path)))
  expect(torrent.files[1]!.path).toEqual(['content', 'x', 'b.bin'])
  expect((await readdir(loop.path('content'))).sort()).toEqual(['a.bin', 'new', 'xx', 'y'])
  await expect(torrent.renameFolder(['content', 'x'], ['w'])).rejects.toMatchObject({ code: 'not-found' })
  await expect(torrent.renameFolder([], ['w'])).rejects.toMatchObject({ code: 'not-found' })
  // All or none: the second file has an obstacle.
  await mkdir(loop.path('t', 'xx'), { recursive: true })
  await writeFile(loop.path('t', 'xx', 'd.bin'), 'not ours')
  await expect(torrent.renameFolder(['content'], ['t'])).rejects.toMatchObject({ code: 'io' })
  expect(paths(torrent)).toEqual(expected)
  expect(await readdir(loop.path('t'))).toEqual(['xx'])
  await session.close()
  const again = await loop.open(options)
  expect(paths(again.torrents[0]!)).toEqual(expected)
  await again.torrents[0]!.whenComplete()
})
