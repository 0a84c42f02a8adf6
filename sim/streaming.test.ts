import { afterEach, expect, it } from 'vitest'
import { equalBytes } from '../packages/torrent/src/base/bytes.ts'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const KIB = 1024
const LINK = { uploadBytesPerSecond: 128 * KIB, downloadBytesPerSecond: 1024 * KIB, latencyMs: 30 }
/** Half of the rate that the seeds can send. */
const PLAYED_BYTES_PER_SECOND = 128 * KIB

let world: World
afterEach(() => world?.close())

it('a stream arrives in order, and a player that starts after ten seconds stalls for at most five', async () => {
  const torrent = await testTorrent({ pieces: 96, pieceLengthBytes: 64 * KIB })
  world = new World(torrent, 41)
  const seeds = [await world.join({ seed: true, link: LINK }), await world.join({ seed: true, link: LINK })]
  const viewer = await world.join({ link: LINK })
  const others = [await world.join({ link: LINK }), await world.join({ link: LINK })]
  expect(seeds.length + others.length).toBe(4)
  const start = world.clock.nowMs() + 10_000
  let read = 0
  let latestMs = Number.NEGATIVE_INFINITY
  let isCorrect = true
  const playing = (async () => {
    for await (const bytes of viewer.torrent.files[0]!.stream()) {
      isCorrect &&= equalBytes(bytes, torrent.content.subarray(read, read + bytes.length))
      const dueMs = start + (1000 * read) / PLAYED_BYTES_PER_SECOND
      latestMs = Math.max(latestMs, world.clock.nowMs() - dueMs)
      read += bytes.length
    }
  })()
  await world.until('the end of the film', () => read === torrent.content.length, 300_000)
  await playing
  expect(isCorrect).toBe(true)
  expect(latestMs).toBeLessThan(5000)
})

it('a seek to the middle is served first', async () => {
  const torrent = await testTorrent({ pieces: 96, pieceLengthBytes: 64 * KIB })
  world = new World(torrent, 42)
  await world.join({ seed: true, link: LINK })
  const viewer = await world.join({ link: LINK })
  await world.clock.advance(5000)
  const from = 48 * 64 * KIB
  let read = 0
  const seekedMs = world.clock.nowMs()
  const reading = (async () => {
    for await (const bytes of viewer.torrent.files[0]!.stream({ start: from, end: from + 256 * KIB }))
      read += bytes.length
  })()
  await world.until('the range after the seek', () => read === 256 * KIB, 60_000)
  await reading
  // Two seconds of requests can already be pending, and this range takes two seconds.
  expect(world.clock.nowMs() - seekedMs).toBeLessThan(8000)
})
