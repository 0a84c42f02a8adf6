import { expect, it } from 'vitest'
import { type TestTorrent, testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const KIB = 1024

async function run(torrent: TestTorrent, seed: number): Promise<World> {
  const world = new World(torrent, seed)
  const link = { uploadBytesPerSecond: 200 * KIB, latencyMs: 15 }
  try {
    await world.join({ seed: true, link })
    for (let i = 0; i < 8; i++) {
      const host = await world.join({
        link: { ...link, latencyMs: 5 * i },
        session: { encryption: 'prefer' },
      })
      if (i === 3) await world.leave(host)
    }
    await world.complete(600_000)
    return world
  } finally {
    await world.close()
  }
}

it('a run repeats exactly with the same seed, and differs with another one', async () => {
  const torrent = await testTorrent({ pieces: 32, pieceLengthBytes: 32 * KIB })
  const first = await run(torrent, 11)
  const again = await run(torrent, 11)
  const other = await run(torrent, 12)
  expect(first.log.length).toBeGreaterThan(7 * 32)
  // Compare lines first, since they show where two runs differ.
  expect(again.log).toEqual(first.log)
  expect(again.trace).toBe(first.trace)
  expect(other.trace).not.toBe(first.trace)
})
