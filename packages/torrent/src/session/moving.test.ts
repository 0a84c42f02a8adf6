import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Loopback, until } from './testing/loopback.ts'

const FILES = { 'a.bin': 400_000, 'sub/b.bin': 900_000 }

test('files are renamed and moved while they arrive, and the next session finds them there', async () => {
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

test('what cannot be done is an error, and nothing has changed', async () => {
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
