import type { Torrent } from '@shoal/api'
import { SimulatedNode } from '@shoal/api/testing/node'
import { expect, test } from 'vitest'
import { type ListChange, TorrentStore } from './torrent-store.ts'

const rows = (count: number): Torrent[] =>
  [...new SimulatedNode({ torrents: count }).state.torrents.values()].map(({ row }) => ({ ...row }))

/** A store that notifies its listeners when `flush` is called. */
function newStore(torrents: readonly Torrent[]) {
  const waiting: (() => void)[] = []
  const store = new TorrentStore(run => waiting.push(run))
  const flush = () => {
    for (const run of waiting.splice(0)) run()
  }
  store.replace(torrents, 10)
  flush()
  return { store, flush }
}

test('only listeners of changed rows are notified, once for all changes of a frame', () => {
  const [first, second] = rows(2) as [Torrent, Torrent]
  const { store, flush } = newStore([first, second])
  const told = { first: 0, second: 0 }
  store.onRow(first.id, () => told.first++)
  store.onRow(second.id, () => told.second++)
  store.apply({ type: 'torrents', revision: 11, changed: [{ id: first.id, peers: 1001 }], removed: [] })
  store.apply({ type: 'torrents', revision: 12, changed: [{ id: first.id, peers: 1002 }], removed: [] })
  expect(told).toEqual({ first: 0, second: 0 })
  flush()
  expect(told).toEqual({ first: 1, second: 0 })
  expect(store.get(first.id)?.peers).toBe(1002)
})

test('many rows are notified a few per frame, each once', () => {
  const many = rows(20)
  const { store, flush } = newStore(many)
  const told: string[] = []
  for (const { id } of many) store.onRow(id, () => told.push(id))
  const changed = many.map(({ id }) => ({ id, peers: 1001 }))
  store.apply({ type: 'torrents', revision: 11, changed, removed: [] })
  let pictures = 0
  for (let before = -1; told.length > before; pictures++) {
    before = told.length
    flush()
    expect(told.length - before).toBeLessThanOrEqual(5)
  }
  expect(pictures).toBeGreaterThan(3)
  expect(told.toSorted()).toEqual(many.map(({ id }) => id).toSorted())
})

test('a row keeps its object, and nobody is notified, if an event contains nothing new', () => {
  const [only] = rows(1) as [Torrent]
  const { store, flush } = newStore([only])
  let told = 0
  store.onList(() => told++)
  const before = store.get(only.id)
  store.apply({
    type: 'torrents',
    revision: 11,
    changed: [{ id: only.id, peers: only.peers, tags: [...only.tags] }],
    removed: [],
  })
  flush()
  expect(store.get(only.id)).toBe(before)
  expect(told).toBe(0)
})

test('a list receives the members that changed, and whether torrents were added or removed', () => {
  const [first, second] = rows(2) as [Torrent, Torrent]
  const { store, flush } = newStore([first])
  const changes: ListChange[] = []
  store.onList(change => changes.push(change))
  store.apply({ type: 'torrents', revision: 11, changed: [{ id: first.id, name: 'other' }], removed: [] })
  flush()
  store.apply({ type: 'torrents', revision: 12, changed: [second], removed: [first.id] })
  flush()
  expect(changes).toEqual([
    { membership: false, keys: new Set(['name']) },
    { membership: true, keys: new Set() },
  ])
  expect([...store.values()].map(({ id }) => id)).toEqual([second.id])
})

test('an event that the list already holds changes nothing', () => {
  const [only] = rows(1) as [Torrent]
  const { store } = newStore([only])
  expect(
    store.apply({ type: 'torrents', revision: 10, changed: [{ id: only.id, peers: 999 }], removed: [] }),
  ).toBe(true)
  expect(store.get(only.id)?.peers).toBe(only.peers)
})

test('an event for an unknown torrent is reported: the list must be read again', () => {
  const { store } = newStore([])
  expect(
    store.apply({ type: 'torrents', revision: 11, changed: [{ id: 'a'.repeat(40), peers: 1 }], removed: [] }),
  ).toBe(false)
  expect(store.size).toBe(0)
})

test('a list read anew removes what is gone', () => {
  const torrents = rows(3)
  const { store, flush } = newStore(torrents)
  let told = 0
  store.onRow(torrents[0]!.id, () => told++)
  store.replace(torrents.slice(1), 20)
  flush()
  expect([store.size, store.revision, told]).toEqual([2, 20, 1])
})
