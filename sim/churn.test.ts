import { afterEach, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const KIB = 1024
const LINK = { uploadBytesPerSecond: 256 * KIB, downloadBytesPerSecond: 2048 * KIB, latencyMs: 30 }

let world: World
afterEach(() => world?.close())

it('leeches complete from each other if the seed leaves after sending one copy', async () => {
  const torrent = await testTorrent({ pieces: 64, pieceLengthBytes: 32 * KIB })
  world = new World(torrent, 5)
  const seed = await world.join({ seed: true, link: LINK })
  const leeches = []
  for (let i = 0; i < 12; i++) leeches.push(await world.join({ link: LINK }))
  const out = new Set<number>()
  for (const { torrent } of leeches) torrent.on('piece', piece => out.add(piece))
  await world.until('one copy', () => out.size === 64, 600_000)
  expect(leeches.some(host => host.completeMs === null)).toBe(true)
  await world.leave(seed)
  await world.complete(600_000)
})

it('remaining peers complete while others join and leave at random, some abruptly', async () => {
  const torrent = await testTorrent({ pieces: 96, pieceLengthBytes: 32 * KIB })
  world = new World(torrent, 6)
  await world.join({ seed: true, link: LINK })
  for (let i = 0; i < 10; i++) await world.join({ link: LINK })
  for (let round = 0; round < 12; round++) {
    await world.clock.advance(1500)
    const present = world.hosts.slice(1).filter(host => !host.gone)
    const leaving = present[world.random.below(present.length)]!
    if (round % 2) await world.vanish(leaving)
    else await world.leave(leaving)
    await world.join({ link: LINK })
  }
  expect(world.hosts.filter(host => host.gone)).toHaveLength(12)
  await world.complete(900_000)
  for (const { gone, torrent } of world.hosts) if (!gone) expect(torrent.stats.progress).toBe(1)
})
