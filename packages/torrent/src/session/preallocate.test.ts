import { stat } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { Loopback } from './testing/loopback.ts'

const LENGTH = 30 * 32_768

test('new files are preallocated on request, also after a restart', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': LENGTH, 'b.bin': LENGTH })
  const seeding = await loop.open({ directory: loop.folder, limits: { uploadBytesPerSecond: LENGTH / 4 } })
  await (await seeding.add(metainfo)).whenComplete()
  const peers = [`127.0.0.1:${seeding.port}`]
  const reserved = async (path: string | null) => 512 * (await stat(path!)).blocks

  const options = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const session = await loop.open(options)
  const torrent = await session.add(metainfo, { peers, select: [0], preallocate: true })
  await until('it has begun', () => torrent.stats.haveBytes > 0)
  if (process.platform !== 'win32')
    expect(await reserved(torrent.files[0]!.diskPath)).toBeGreaterThanOrEqual(LENGTH)
  expect(torrent.stats.haveBytes).toBeLessThan(LENGTH)
  await session.close()

  const [again] = (await loop.open(options)).torrents
  await again!.setPriority(0, 0)
  await again!.setPriority(1, 4)
  again!.addPeer(peers[0]!)
  await until('it resumes', () => again!.files[1]!.haveBytes > 0)
  if (process.platform !== 'win32')
    expect(await reserved(again!.files[1]!.diskPath)).toBeGreaterThanOrEqual(LENGTH)
  expect(again!.files[1]!.haveBytes).toBeLessThan(LENGTH)
})
