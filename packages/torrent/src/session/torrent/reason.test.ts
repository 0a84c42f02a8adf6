import { expect, test } from 'vitest'
import { testTorrent } from '../../swarm/testing/test-torrent.ts'
import { SessionWorld } from '../testing/world.ts'
import { LOOKING_MS, type ReasonFacts, STALLED_MS, torrentReason } from './reason.ts'

const DOWNLOADING: ReasonFacts = {
  state: 'downloading',
  sources: 0,
  quietMs: LOOKING_MS,
  trackersFail: false,
  findsOtherwise: true,
  hasChangedFiles: false,
  routeFails: false,
}

test.each([
  [{}, 'no-peers'],
  [{ quietMs: LOOKING_MS - 1 }, null],
  [{ trackersFail: true }, 'tracker-error'],
  [{ trackersFail: true, quietMs: 0 }, null],
  [{ state: 'metadata' }, 'no-peers'],
  [{ sources: 2, quietMs: STALLED_MS }, 'stalled'],
  [{ sources: 2, quietMs: STALLED_MS - 1, trackersFail: true }, null],
  [{ sources: 2, quietMs: 0, hasChangedFiles: true }, 'changed-files'],
  [{ hasChangedFiles: true }, 'no-peers'],
  [{ state: 'seeding' }, null],
  [{ state: 'seeding', trackersFail: true }, null],
  [{ state: 'seeding', trackersFail: true, findsOtherwise: false }, 'tracker-error'],
  [{ state: 'seeding', trackersFail: true, findsOtherwise: false, sources: 1 }, null],
  [{ state: 'paused', trackersFail: true }, null],
  [{ state: 'checking' }, null],
  [{ state: 'error' }, null],
  [{ routeFails: true, quietMs: 0, trackersFail: true }, 'no-route'],
  [{ routeFails: true, state: 'seeding' }, 'no-route'],
  [{ routeFails: true, sources: 1, quietMs: 0 }, null],
  [{ routeFails: true, state: 'paused' }, null],
] as const)('a download with %o has the reason %s', (change, reason) => {
  expect(torrentReason({ ...DOWNLOADING, ...change })).toBe(reason)
})

test('a download tells that it finds no peers, and no longer once data arrives', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory: true })
  await world.until('it downloads', () => torrent.stats.state === 'downloading')
  await world.clock.advance(LOOKING_MS - 2000)
  expect(torrent.stats.reason).toBeNull()
  await world.clock.advance(3000)
  expect(torrent.stats).toMatchObject({ reason: 'no-peers', trackersFail: false })
  await world.seed('80.0.0.1', content)
  torrent.addPeer('80.0.0.1:6881')
  await world.until('it is complete', () => torrent.stats.state === 'seeding')
  expect(torrent.stats.reason).toBeNull()
})

test('peers that send nothing for a minute leave a download stalled until they are gone', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({})
  const [one, other] = [await world.open('80.0.0.1'), await world.open('80.0.0.2')]
  await one.add(content.metainfo, { memory: true })
  const torrent = await other.add(content.metainfo, { memory: true, peers: ['80.0.0.1:6881'] })
  await world.until('they are connected', () => torrent.stats.peers === 1)
  await world.clock.advance(STALLED_MS - 5000)
  expect(torrent.stats.reason).toBeNull()
  await world.clock.advance(6000)
  expect(torrent.stats).toMatchObject({ reason: 'stalled', peers: 1 })
  await one.torrents[0]!.pause()
  await world.until('the peer has gone', () => torrent.stats.peers === 0)
  expect(torrent.stats.reason).toBe('no-peers')
})

test('a tracker that fails is the reason while it is tried again, and until it answers', async () => {
  await using world = new SessionWorld()
  const { metainfo } = await testTorrent({})
  const body = new TextEncoder().encode('d8:intervali1800e5:peers0:e')
  let status = 503
  const session = await world.open(
    '80.0.0.2',
    { trackers: true },
    { httpGet: async () => ({ status, body }) },
  )
  const torrent = await session.add(metainfo, { memory: true, trackers: ['http://tracker.example/announce'] })
  await world.until('the tracker failed', () => torrent.stats.trackersFail)
  expect(torrent.stats.reason).toBeNull()
  await world.clock.advance(LOOKING_MS)
  expect(torrent.stats).toMatchObject({ reason: 'tracker-error', trackersFail: true })
  status = 200
  await world.until('the tracker answered', () => !torrent.stats.trackersFail, 600_000)
  expect(torrent.stats.reason).toBe('no-peers')
  await torrent.pause()
  expect(torrent.stats).toMatchObject({ reason: null, trackersFail: false })
})
