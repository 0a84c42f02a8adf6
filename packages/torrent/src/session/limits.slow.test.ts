import { describe, expect, test } from 'vitest'
import type { AddOptions } from '../api.ts'
import type { SessionOptions } from '../session-api.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import type { Session } from './session.ts'
import { SessionWorld } from './testing/world.ts'
import type { Torrent } from './torrent/torrent.ts'

const RATE = 200_000
const SPAN_MS = 10_000

interface Setup {
  readonly world: SessionWorld
  readonly torrent: TestTorrent
  readonly seeds: readonly Torrent[]
  readonly session: Session
  readonly leech: Torrent
}

/** Two seeds and a leech that has started. Addresses that begin with 80 are on the internet. */
async function swarm(options: {
  seed?: SessionOptions
  seedAdd?: AddOptions
  leech?: SessionOptions
  leechAdd?: AddOptions
}): Promise<Setup & AsyncDisposable> {
  const world = new SessionWorld()
  const torrent = await testTorrent({ pieces: 256, pieceLengthBytes: 65536 })
  const seeds = [
    await world.seed('80.0.0.1', torrent, options.seed, options.seedAdd),
    await world.seed('80.0.0.2', torrent, options.seed, options.seedAdd),
  ]
  const session = await world.open('80.0.0.3', options.leech)
  const leech = await session.add(torrent.metainfo, {
    memory: true,
    peers: ['80.0.0.1:6881', '80.0.0.2:6881'],
    ...options.leechAdd,
  })
  await world.until('both seeds deliver', () => leech.peers().filter(p => p.downloadedBytes > 0).length === 2)
  return { world, torrent, seeds, session, leech, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

/** Payload over ten seconds as a share of the rate, after the start has settled. */
async function shares({ world, leech, seeds }: Setup): Promise<{ leech: number; seeds: number[] }> {
  await world.clock.advance(2000)
  const before = { leech: leech.stats.downloadedBytes, seeds: seeds.map(seed => seed.stats.uploadedBytes) }
  await world.clock.advance(SPAN_MS)
  const share = (bytes: number) => bytes / ((RATE * SPAN_MS) / 1000)
  return {
    leech: share(leech.stats.downloadedBytes - before.leech),
    seeds: seeds.map((seed, i) => share(seed.stats.uploadedBytes - before.seeds[i]!)),
  }
}

const exact = (share: number) => {
  expect(share).toBeGreaterThan(0.95)
  expect(share).toBeLessThan(1.05)
}

describe('over ten seconds a limit is kept to 5 %', () => {
  test('download, of the session', async () => {
    await using setup = await swarm({ leech: { limits: { downloadBytesPerSecond: RATE } } })
    exact((await shares(setup)).leech)
  })

  test('download, of the torrent', async () => {
    await using setup = await swarm({ leechAdd: { limits: { downloadBytesPerSecond: RATE } } })
    exact((await shares(setup)).leech)
  })

  test('upload, of the session', async () => {
    await using setup = await swarm({ seed: { limits: { uploadBytesPerSecond: RATE } } })
    for (const share of (await shares(setup)).seeds) exact(share)
  })

  test('upload, of the torrent', async () => {
    await using setup = await swarm({ seedAdd: { limits: { uploadBytesPerSecond: RATE } } })
    for (const share of (await shares(setup)).seeds) exact(share)
  })

  test.each(['internet', 'memory'] as const)('download, of the class %s', async peerClass => {
    await using setup = await swarm({})
    setup.session.setLimits({ downloadBytesPerSecond: RATE }, peerClass)
    exact((await shares(setup)).leech)
  })

  test('upload, of a class', async () => {
    await using setup = await swarm({ seedAdd: { limits: { uploadBytesPerSecond: 2 * RATE } } })
    const [first, second] = setup.world.sessions
    for (const session of [first!, second!]) session.setLimits({ uploadBytesPerSecond: RATE }, 'internet')
    for (const share of (await shares(setup)).seeds) exact(share)
  })

  test('the lowest of several', async () => {
    await using setup = await swarm({
      leech: { limits: { downloadBytesPerSecond: 3 * RATE } },
      leechAdd: { limits: { downloadBytesPerSecond: RATE } },
    })
    setup.session.setLimits({ downloadBytesPerSecond: 2 * RATE }, 'internet')
    exact((await shares(setup)).leech)
  })

  test('a limit that is set and changed during the transfer', async () => {
    await using setup = await swarm({ leech: { limits: { downloadBytesPerSecond: 2 * RATE } } })
    setup.session.setLimits({ downloadBytesPerSecond: RATE })
    exact((await shares(setup)).leech)
    setup.leech.setLimits({ downloadBytesPerSecond: RATE / 2 })
    exact(2 * (await shares(setup)).leech)
  })
})

test('the limit of a class leaves other peers alone', async () => {
  await using setup = await swarm({ leech: { limits: { downloadBytesPerSecond: RATE } } })
  setup.session.setLimits({ downloadBytesPerSecond: 1000 }, 'local')
  exact((await shares(setup)).leech)
})

test('a limit of 0 stops transfer, which resumes at once when the limit is lifted', async () => {
  await using setup = await swarm({ leech: { limits: { downloadBytesPerSecond: RATE } } })
  setup.session.setLimits({ downloadBytesPerSecond: 0 })
  // Blocks that were requested before still arrive.
  await setup.world.clock.advance(5000)
  const before = setup.leech.stats.downloadedBytes
  await setup.world.clock.advance(SPAN_MS)
  expect(setup.leech.stats.downloadedBytes).toBe(before)
  setup.session.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
  await setup.world.until('completion', () => setup.leech.stats.state === 'seeding')
})

test('an invalid limit is an error', async () => {
  await using setup = await swarm({ leech: { limits: { downloadBytesPerSecond: RATE } } })
  const limits = { downloadBytesPerSecond: -1 }
  expect(() => setup.session.setLimits(limits)).toThrow(/give 0 or more/)
  expect(() => setup.leech.setLimits({ uploadBytesPerSecond: Number.NaN })).toThrow(/give 0 or more/)
})
