import type { Torrent } from '@shoal/api'
import { SimulatedNode } from '@shoal/api/testing/node'
import { expect, test } from 'vitest'
import { countAll, etaOf, type Filter, matters, NameOrder, type Sort, sortTorrents } from './view.ts'

const torrents: Torrent[] = [
  ...new SimulatedNode({ torrents: 60, traffic: 'busy' }).state.torrents.values(),
].map(({ row }) => row)
const names = new NameOrder()
names.update(torrents)
const all: Filter = { state: 'all', label: null, tag: null, tracker: null, text: '' }
const byName: Sort = { key: 'name', descending: false }
const byId = new Map(torrents.map(torrent => [torrent.id, torrent]))
const ordered = (filter: Filter, sort: Sort) =>
  sortTorrents(torrents, filter, sort, names).map(id => byId.get(id)!)

test('names sort as people count: 2 before 10', () => {
  const some = ['part 10', 'part 2', 'Part 1'].map((name, at) => ({ ...torrents[0]!, id: String(at), name }))
  const order = new NameOrder()
  order.update(some)
  expect(sortTorrents(some, all, byName, order)).toEqual(['2', '1', '0'])
})

test('what has no value comes last, both ways', () => {
  for (const descending of [false, true]) {
    const eta = ordered(all, { key: 'etaSeconds', descending }).map(etaOf)
    const known = eta.filter(value => value !== null)
    expect(known.length).toBeGreaterThan(2)
    expect(eta.slice(0, known.length)).toEqual(known.toSorted((a, b) => (descending ? b - a : a - b)))
  }
})

test('what is complete has no time left, and comes after what has', () => {
  const complete = { ...torrents[0]!, id: 'complete', progress: 1, etaSeconds: 0 }
  const half = { ...complete, id: 'half', progress: 0.5, etaSeconds: 60 }
  expect([etaOf(complete), etaOf(half)]).toEqual([null, 60])
  const sort = { key: 'etaSeconds', descending: false } as const
  expect(sortTorrents([complete, half], all, sort, names)).toEqual(['half', 'complete'])
})

test('sorted by state, downloads for which nothing arrives come before those that run', () => {
  const running = { ...torrents[0]!, id: 'running', state: 'downloading', reason: null, progress: 0 } as const
  const stuck = { ...running, id: 'stuck', reason: 'no-peers', progress: 0.9 } as const
  const broken = { ...running, id: 'broken', state: 'error', progress: 0.9 } as const
  const sort = { key: 'state', descending: false } as const
  expect(sortTorrents([running, stuck, broken], all, sort, names)).toEqual(['broken', 'stuck', 'running'])
})

test('a group shows its states, a text needs all its words', () => {
  expect(
    ordered({ ...all, state: 'downloading' }, byName).every(({ state }) => state === 'downloading'),
  ).toBe(true)
  expect(ordered({ ...all, text: 'big  BUNNY' }, byName).map(({ name }) => name)).toEqual([
    'Big Buck Bunny (2008) 1080p 60fps',
  ])
  expect(ordered({ ...all, text: 'bunny debian' }, byName)).toEqual([])
})

test('what is paused is in the group of that name, complete or not', () => {
  const row = (id: string, state: Torrent['state']) => ({ ...torrents[0]!, id, state, completedMs: 1 })
  const some = [row('runs', 'seeding'), row('whole', 'complete'), row('part', 'paused')]
  expect(sortTorrents(some, { ...all, state: 'paused' }, byName, names)).toHaveLength(2)
  expect(countAll(some).states.paused).toBe(2)
})

test('counts say how many a filter shows', () => {
  const { states, labels, tags, trackers } = countAll(torrents)
  for (const state of ['all', 'active', 'inactive', 'unfinished', 'finished', 'error'] as const)
    expect(states[state]).toBe(ordered({ ...all, state }, byName).length)
  for (const [label, count] of labels) expect(ordered({ ...all, label }, byName).length).toBe(count)
  expect(trackers.size).toBeGreaterThan(1)
  for (const [tracker, count] of trackers) expect(ordered({ ...all, tracker }, byName).length).toBe(count)
  for (const [tag, count] of tags) expect(ordered({ ...all, tag }, byName).length).toBe(count)
})

test('downloads for which nothing arrives have filters with counts', () => {
  const calm = [...new SimulatedNode({ torrents: 60, traffic: 'calm' }).state.torrents.values()]
  const rows = calm.map(({ row }) => row)
  const { states } = countAll(rows)
  for (const state of ['stalled', 'no-peers', 'tracker-error'] as const) {
    expect(states[state]).toBeGreaterThan(0)
    expect(sortTorrents(rows, { ...all, state }, byName, names)).toHaveLength(states[state])
  }
})

test('only changes that can move a row matter', () => {
  const rates = { membership: false, keys: new Set(['downloadBytesPerSecond', 'etaSeconds'] as const) }
  expect(matters(rates, all, byName)).toBe(false)
  for (const state of ['active', 'inactive'] as const)
    expect(matters(rates, { ...all, state }, byName)).toBe(true)
  const reason = { membership: false, keys: new Set(['reason'] as const) }
  expect(matters(reason, { ...all, state: 'stalled' }, byName)).toBe(true)
  expect(matters(reason, all, { key: 'state', descending: false })).toBe(true)
  expect(matters(rates, all, { key: 'etaSeconds', descending: true })).toBe(true)
  expect(matters({ membership: true, keys: new Set() }, all, byName)).toBe(true)
})
