import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Engine } from './engine.ts'
import type { PeerEvent, TorrentSnapshot } from './protocol.ts'
import { Watchers } from './watchers.ts'

const ID = 'a'.repeat(40)

let fileCount: number
let snapshots = 0
let asked = 0
let watchers: Watchers
let sent: PeerEvent[]

/** A torrent whose metadata comes later. */
const torrent = new EventTarget()
const on = (name: string, listener: () => void) => torrent.addEventListener(name, listener)
const engine = {
  torrents: [{ on, reannounce: () => asked++, stats: { peers: 0, haveBytes: 0, wantedBytes: 0 } }],
  find: () => undefined,
  snapshot: () => {
    snapshots++
    return { id: ID, infoHashes: { v1: ID }, error: null, fileCount } as unknown as TorrentSnapshot
  },
  storage: async () => ({}),
} as unknown as Engine

const send = (event: PeerEvent) => void sent.push(event)
const changes = () => sent.flatMap(event => (event.kind === 'torrents' ? event.changed : []))

beforeEach(() => {
  vi.useFakeTimers()
  fileCount = 0
  sent = []
  watchers = new Watchers(engine)
})

afterEach(() => {
  watchers.close()
  vi.useRealTimers()
})

test('a watcher of all torrents receives each change once', async () => {
  expect(watchers.add('page', null, send)).toMatchObject([{ fileCount: 0 }])
  await vi.advanceTimersByTimeAsync(3000)
  expect(changes()).toEqual([])
  fileCount = 2
  await vi.advanceTimersByTimeAsync(3000)
  expect(changes()).toMatchObject([{ fileCount: 2 }])
})

test('a change just before a request for one torrent still reaches watchers of all', async () => {
  watchers.add('page', null, send)
  fileCount = 2
  watchers.add('page', ID, send)
  await vi.advanceTimersByTimeAsync(1000)
  expect(changes()).toMatchObject([{ fileCount: 2 }])
})

test('a torrent that changes its state is reported soon', async () => {
  watchers.add('page', null, send)
  fileCount = 2
  torrent.dispatchEvent(new Event('state'))
  await vi.advanceTimersByTimeAsync(100)
  expect(changes()).toMatchObject([{ fileCount: 2 }])
})

test('trackers are asked every minute while nobody is there', async () => {
  watchers.add('page', null, send)
  const before = asked
  await vi.advanceTimersByTimeAsync(180_000)
  expect(asked - before).toBe(3)
})

test('while nobody looks nothing is counted, whatever becomes of a torrent', async () => {
  watchers.add('page', null, send)
  torrent.dispatchEvent(new Event('state'))
  watchers.remove('page', null)
  const before = snapshots
  torrent.dispatchEvent(new Event('state'))
  await vi.advanceTimersByTimeAsync(5000)
  expect(snapshots).toBe(before)
})
