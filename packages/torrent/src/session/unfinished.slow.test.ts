import { truncate } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import type { Torrent } from './torrent/torrent.ts'

const MIB = 2 ** 20
const PIECE = 4 * MIB
const LENGTH = 3 * PIECE

/** A seed, and a leech that was closed when most of a piece had arrived. */
async function interrupted(loop: Loopback, close = true) {
  const metainfo = await loop.torrent('content', { file: LENGTH }, PIECE)
  const seeder = await loop.open({ directory: loop.folder })
  const seed = (await seeder.add(metainfo)) as Torrent
  await seed.whenComplete()
  const options = { directory: loop.path('down'), stateDirectory: loop.path('state') }
  const peers = [`127.0.0.1:${seeder.port}`]
  const session = await loop.open(options)
  const torrent = await session.add(metainfo, { peers, limits: { downloadBytesPerSecond: 4 * MIB } })
  await until('half a piece has arrived', () => torrent.stats.downloadedBytes >= 2 * MIB)
  if (close) await session.close()
  const before = seed.stats.uploadedBytes
  const go = async (again: Session) => {
    const [restored] = again.torrents as [Torrent]
    restored.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
    for (const peer of peers) restored.addPeer(peer)
    await restored.whenComplete()
    await restored.recheck()
    await until('it is checked', () => restored.stats.state === 'seeding')
    expect(restored.stats.haveBytes).toBe(LENGTH)
    return seed.stats.uploadedBytes - before
  }
  return { go, torrent, restart: async () => go(await loop.open(options)) }
}

describe('an unfinished piece', () => {
  test('is continued after a restart', async () => {
    await using loop = await Loopback.make()
    const { restart } = await interrupted(loop)
    expect(await restart()).toBeLessThanOrEqual(LENGTH - 2 * MIB)
  })

  test('is fetched again if its saved blocks are gone', async () => {
    await using loop = await Loopback.make()
    const { restart } = await interrupted(loop)
    await truncate(loop.path('down', 'content', 'file'), 0)
    expect(await restart()).toBeGreaterThanOrEqual(LENGTH)
  })

  test('is fetched again if its saved blocks are wrong, and no peer is blamed', async () => {
    await using loop = await Loopback.make()
    const { restart } = await interrupted(loop)
    const path = loop.path('down', 'content', 'file')
    await truncate(path, 0)
    await truncate(path, LENGTH)
    const fetched = await restart()
    expect(fetched).toBeGreaterThanOrEqual(LENGTH)
    expect(fetched).toBeLessThanOrEqual(LENGTH + 2 * PIECE)
  })

  test('is continued after a pause and after a recheck', async () => {
    await using loop = await Loopback.make()
    const { torrent, go } = await interrupted(loop, false)
    await torrent.pause()
    await torrent.recheck()
    await torrent.resume()
    expect(await go(loop.sessions[1]!)).toBeLessThanOrEqual(LENGTH - MIB)
  })
})
