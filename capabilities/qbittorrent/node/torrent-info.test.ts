import { DEFAULT_SETTINGS } from '@shoal/api'
import { COMPLETE, sampleDetail, sampleFacts } from '@shoal/node/node/server/compat/testing/sample.ts'
import { expect, test } from 'vitest'
import { AT_ONCE, NO_ETA, toInfo, toState } from './torrent-info.ts'

const { seeding } = DEFAULT_SETTINGS

test.each([
  ['metadata', { wantedBytes: null }, 'metaDL'],
  ['downloading', {}, 'downloading'],
  ['downloading', { downloadBytesPerSecond: 0 }, 'stalledDL'],
  ['paused', {}, 'pausedDL'],
  ['queued', {}, 'queuedDL'],
  ['checking', {}, 'checkingDL'],
  ['seeding', { ...COMPLETE, uploadBytesPerSecond: 1 }, 'uploading'],
  ['seeding', COMPLETE, 'stalledUP'],
  ['complete', COMPLETE, 'pausedUP'],
  ['queued', COMPLETE, 'queuedUP'],
  ['checking', COMPLETE, 'checkingUP'],
  ['moving', {}, 'moving'],
  ['error', { error: { code: 'no-space', message: 'full' } }, 'error'],
  ['error', { error: { code: 'not-found', message: 'gone' } }, 'missingFiles'],
] as const)('%s with %o is %s', (state, change, expected) => {
  expect(toState(sampleDetail({ ...change, state }))).toBe(expected)
})

test('a force-started torrent shows as forced', () => {
  expect(toState(sampleDetail(), true)).toBe('forcedDL')
  expect(toState(sampleDetail({ ...COMPLETE, state: 'seeding' }), true)).toBe('forcedUP')
})

test('sizes, times, limits and queue positions use qBittorrent’s names and units', () => {
  expect(toInfo(sampleFacts(), { seeding })).toMatchObject({
    added_on: 1_700_000_000,
    amount_left: 600,
    category: 'tv',
    completed: 200,
    completion_on: 0,
    content_path: '/downloads/tv/season',
    dl_limit: 0,
    dlspeed: 100,
    eta: 6,
    hash: 'a'.repeat(40),
    num_complete: 10,
    num_incomplete: 3,
    num_leechs: 3,
    num_seeds: 2,
    priority: 3,
    progress: 0.25,
    ratio_limit: -2,
    save_path: '/downloads/tv',
    seeding_time_limit: -2,
    size: 800,
    tags: 'new, hd',
    total_size: 1000,
    up_limit: 20_000,
  })
})

test('progress is 1 only when all wanted files are complete', () => {
  expect(toInfo(sampleFacts({ progress: 1 }), { seeding }).progress).toBeLessThan(1)
  expect(toInfo(sampleFacts(COMPLETE), { seeding })).toMatchObject({
    progress: 1,
    amount_left: 0,
    eta: NO_ETA,
  })
})

test('a v2 torrent is identified by the start of its info hash', () => {
  const hash = 'b'.repeat(64)
  expect(toInfo(sampleFacts({ id: hash, infoHashV1: null, infoHashV2: hash }), { seeding })).toMatchObject({
    hash: 'b'.repeat(40),
    infohash_v1: '',
    infohash_v2: hash,
  })
})

test.each([
  [null, -2],
  [0, -1],
  [AT_ONCE.ratio, 0],
  [1.5, 1.5],
])('a ratio limit of %s is %d', (ratioLimit, expected) => {
  expect(toInfo(sampleFacts({ ratioLimit }), { seeding }).ratio_limit).toBe(expected)
})

test('effective limits come from the settings if the torrent has none', () => {
  const own = { ...seeding, ratioLimit: 2, timeLimitMinutes: 90 }
  expect(toInfo(sampleFacts(), { seeding: own })).toMatchObject({ max_ratio: 2, max_seeding_time: 90 })
  const change = { ratioLimit: 0, seedingTimeLimitMinutes: 5 }
  expect(toInfo(sampleFacts(change), { seeding: own })).toMatchObject({ max_ratio: -1, max_seeding_time: 5 })
})

const SEED = { ...COMPLETE, state: 'seeding', seedingSeconds: 60, uploadBytesPerSecond: 10 } as const

test.each([
  [{}, NO_ETA],
  [{ ratioLimit: 2 }, 149.5],
  [{ ratioLimit: 2, uploadBytesPerSecond: 0 }, NO_ETA],
  [{ seedingTimeLimitMinutes: 2 }, 60],
  [{ seedingTimeLimitMinutes: 1, ratioLimit: 2 }, 0],
  [{ ratioLimit: 0.01 }, 0],
])('a seed with the limits %o reaches the first in %d seconds', (limits, expected) => {
  expect(toInfo(sampleFacts({ ...SEED, ...limits }), { seeding }).eta).toBe(Math.round(expected))
})

test('times, copies and bytes of this run are those that the node knows', () => {
  const facts = { ...sampleFacts({ activeMs: null, seenCompleteMs: 1_700_000_200_000 }), availability: 1.5 }
  expect(toInfo(facts, { seeding })).toMatchObject({
    availability: 1.5,
    downloaded_session: 20,
    has_metadata: true,
    popularity: (0.5 / 60) * 2_629_746,
    reannounce: 0,
    last_activity: 1_700_000_000,
    seen_complete: 1_700_000_200,
    uploaded_session: 5,
  })
})
