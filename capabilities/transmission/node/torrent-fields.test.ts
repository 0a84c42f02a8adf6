import { DEFAULT_SETTINGS, type TorrentDetail, type TorrentFile, type Tracker } from '@shoal/api'
import { COMPLETE, sampleDetail, sampleFacts } from '@shoal/node/node/server/compat/testing/sample.ts'
import { expect, test } from 'vitest'
import { rememberedPriority } from './file-choice.ts'
import { toStatus } from './status.ts'
import { TORRENT_FIELDS } from './torrent-fields.ts'
import type { TorrentParts } from './torrent-parts.ts'

const SETTINGS = {
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
}

function fieldOf(
  name: string,
  change: Partial<TorrentDetail> = {},
  parts: Partial<TorrentParts> = {},
): unknown {
  const base = {
    number: 7,
    files: [],
    peers: [],
    pieces: null,
    settings: SETTINGS,
    nowMs: 1_700_000_000_000,
    remembered: new Map(),
  }
  const facts = sampleFacts(change)
  return TORRENT_FIELDS.get(name)!.value({ ...base, row: facts.detail, facts, ...parts })
}

test.each([
  ['queued', {}, 3],
  ['queued', COMPLETE, 5],
  ['metadata', { wantedBytes: null }, 4],
  ['checking', {}, 2],
  ['downloading', {}, 4],
  ['seeding', COMPLETE, 6],
  ['moving', {}, 4],
  ['moving', COMPLETE, 6],
  ['paused', {}, 0],
  ['complete', COMPLETE, 0],
  ['error', {}, 0],
] as const)('%s with %o has status %i', (state, change, status) => {
  expect(toStatus(sampleDetail({ ...change, state }))).toBe(status)
})

test('sizes, rates, times and labels use Transmission’s units and names', () => {
  expect(fieldOf('leftUntilDone')).toBe(600)
  expect(fieldOf('sizeWhenDone')).toBe(800)
  expect(fieldOf('percentDone')).toBe(0.25)
  expect(fieldOf('percentComplete')).toBe(0.2)
  expect(fieldOf('rateDownload')).toBe(100)
  expect(fieldOf('addedDate')).toBe(1_700_000_000)
  expect(fieldOf('doneDate')).toBe(0)
  expect(fieldOf('labels')).toEqual(['tv', 'new', 'hd'])
  expect(fieldOf('queuePosition')).toBe(2)
  expect([fieldOf('uploadLimited'), fieldOf('uploadLimit')]).toEqual([true, 20])
  expect([fieldOf('downloadLimited'), fieldOf('downloadLimit')]).toEqual([false, 100])
  expect(fieldOf('sequential_download')).toBe(false)
  expect(fieldOf('fileCount')).toBe(2)
  expect(fieldOf('name', { name: 'Shown', diskName: 'stored' })).toBe('stored')
})

test('limits that are off show what they were set to, else those of the session', () => {
  const remembered = new Map([[`${sampleDetail().id} downloadLimit`, 70]])
  expect(fieldOf('downloadLimit', {}, { remembered })).toBe(70)
  const limits = { ...SETTINGS.limits, downloadBytesPerSecond: 5000 }
  expect(fieldOf('downloadLimit', {}, { settings: { ...SETTINGS, limits } })).toBe(5)
  expect(fieldOf('seedIdleLimit')).toBe(30)
})

test('a torrent without metadata has no size and no progress', () => {
  const change = { totalBytes: null, wantedBytes: null, haveBytes: 0, fileCount: null, etaSeconds: null }
  expect(fieldOf('percentDone', change)).toBe(0)
  expect(fieldOf('metadataPercentComplete', change)).toBe(0)
  expect(fieldOf('eta', { ...change, state: 'metadata' })).toBe(-2)
})

test('tells a warning of a tracker, its failure and a local error apart', () => {
  const trackers = (state: Tracker['state'], message: string | null) => {
    const tracker = { url: 'http://a.example/announce', kind: 'tracker', tier: 0, state, message, peers: 0 }
    return [{ ...tracker, seeds: null, leeches: null, downloads: null, nextAnnounceSeconds: null } as Tracker]
  }
  const told = (change: Partial<TorrentDetail>, list: Tracker[]) => {
    const parts = { facts: { ...sampleFacts(change), trackers: list } }
    return [fieldOf('error', change, parts), fieldOf('errorString', change, parts)]
  }
  expect(told({}, trackers('ok', null))).toEqual([0, ''])
  expect(told({}, trackers('ok', 'busy'))).toEqual([1, 'busy'])
  expect(told({}, trackers('failed', 'gone'))).toEqual([0, ''])
  expect(told({ trackersFail: true }, trackers('failed', 'gone'))).toEqual([2, 'gone'])
  expect(told({ trackersFail: true }, trackers('working', 'gone'))).toEqual([2, 'gone'])
  const error = { code: 'no-space', message: 'full' }
  expect(told({ state: 'error', error, trackersFail: true }, trackers('failed', 'gone'))).toEqual([3, 'full'])
})

test.each([
  [{}, false],
  [{ reason: 'no-peers' }, true],
  [{ reason: 'stalled' }, true],
  [{ reason: 'changed-files' }, false],
  [{ ...COMPLETE, state: 'seeding', reason: 'tracker-error' }, false],
] as const)('with %o, isStalled is %s', (change, expected) => {
  expect(fieldOf('isStalled', change)).toBe(expected)
})

test('is finished when a seeding limit has stopped it', () => {
  const done = { ...COMPLETE, state: 'complete', ratio: 1.2 } as const
  expect(fieldOf('isFinished', { ...done, ratioLimit: 1 })).toBe(true)
  expect(fieldOf('isFinished', { ...done, ratioLimit: 2 })).toBe(false)
  expect(fieldOf('isFinished', { ...done, ratioLimit: 0 })).toBe(false)
  expect(fieldOf('isFinished', { ...done, seedingTimeLimitMinutes: 1, seedingSeconds: 61 })).toBe(true)
  const settings = { ...SETTINGS, seeding: { ...SETTINGS.seeding, ratioLimit: 1.1 } }
  expect(fieldOf('isFinished', done, { settings })).toBe(true)
})

test.each([
  [null, 0, 2],
  [0, 2, 2],
  [1.5, 1, 1.5],
])('a ratio limit of %s is mode %i with %d', (ratioLimit, mode, limit) => {
  expect([fieldOf('seedRatioMode', { ratioLimit }), fieldOf('seedRatioLimit', { ratioLimit })]).toEqual([
    mode,
    limit,
  ])
})

test('files have their own priorities, -1 to 1', () => {
  const file = (priority: number) =>
    ({ index: 0, priority, haveBytes: 1, lengthBytes: 2, path: 'a' }) as TorrentFile
  const files = [0, 1, 4, 7].map(file)
  expect(fieldOf('priorities', {}, { files })).toEqual([0, -1, 0, 1])
  expect(fieldOf('bytesCompleted', {}, { files })).toEqual([1, 1, 1, 1])
  const remembered = new Map([[rememberedPriority(sampleDetail().id, 0), 7]])
  expect(fieldOf('priorities', {}, { files, remembered })).toEqual([1, -1, 0, 1])
  expect(fieldOf('wanted', {}, { files })).toEqual([0, 1, 1, 1])
})

test('every field has a JSON value for a torrent without metadata', () => {
  const change = {
    totalBytes: null,
    wantedBytes: null,
    fileCount: null,
    ratio: null,
    label: null,
    queuePosition: null,
  }
  for (const name of TORRENT_FIELDS.keys()) expect(JSON.stringify(fieldOf(name, change)), name).toBeDefined()
})
