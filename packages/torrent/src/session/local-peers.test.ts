import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true

test('a seed dials a new peer of its local network as soon as that announces itself', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  const seed = await world.seed('10.0.0.1', content, { lsd: true })
  // The seed's first announce is long past, and its next one (BEP 14: five minutes) far off.
  await world.clock.advance(60_000)
  const session = await world.open('10.0.0.2', { lsd: true })
  const torrent = await session.add(content.metainfo, { memory })
  await world.until('completion', () => torrent.stats.state === 'seeding', 30_000)
  expect(torrent.stats.haveBytes).toBe(seed.stats.haveBytes)
  // Two seeds are useless to each other (BEP 21), however often they learn of one another.
  await world.until('they part', () => seed.stats.peers === 0)
  await world.clock.advance(15 * 60_000)
  expect(seed.stats.peers).toBe(0)
})
