import { afterEach, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { type Host, World } from './support/world.ts'

const KIB = 1024
const UPLINK = 32 * KIB
const LINK = { uploadBytesPerSecond: UPLINK, downloadBytesPerSecond: 16 * UPLINK, latencyMs: 20 }

let world: World
afterEach(() => world?.close())

it('peers that upload get more than peers that do not, while they compete', async () => {
  const torrent = await testTorrent({ pieces: 160, pieceLengthBytes: 32 * KIB })
  world = new World(torrent, 3)
  const session = { uploadSlots: 4 }
  await world.join({ seed: true, link: { ...LINK, uploadBytesPerSecond: 6 * UPLINK }, session })
  const uploaders: Host[] = []
  const freeRiders: Host[] = []
  for (let i = 0; i < 20; i++) uploaders.push(await world.join({ link: LINK, session }))
  // The free riders join last, because the first peers have the seed to themselves for a while.
  for (let i = 0; i < 4; i++)
    freeRiders.push(
      await world.join({ link: LINK, session: { ...session, limits: { uploadBytesPerSecond: 0 } } }),
    )
  const have = ({ torrent }: Host) => torrent.stats.haveBytes
  const complete = () => uploaders.filter(host => host.completeMs !== null).length
  await world.until('five are complete', () => complete() >= 5, 1_200_000)
  const mean = (hosts: readonly Host[]) => hosts.reduce((sum, host) => sum + have(host), 0) / hosts.length
  expect(mean(freeRiders)).toBeLessThan(0.85 * mean(uploaders))
  expect(Math.max(...freeRiders.map(have))).toBeLessThan(Math.max(...uploaders.map(have)))
  for (const { torrent } of freeRiders) expect(torrent.stats.uploadedBytes).toBe(0)
  // Once the others are complete, the free riders are served.
  await world.complete(1_200_000)
})
