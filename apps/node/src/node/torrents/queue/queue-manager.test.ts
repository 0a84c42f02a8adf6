import type { TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { freshRow } from '../changes/adding.ts'
import { TorrentRegistry } from '../records/torrent-registry.ts'
import { QueueManager, reordered } from './queue-manager.ts'

const ORDER = ['a', 'b', 'c', 'd']
const move = (moved: string, how: Parameters<typeof reordered>[2]) =>
  reordered(ORDER, new Set(moved), how).join('')

test('moved torrents keep their relative order', () => {
  expect(move('bd', 'queue-first')).toBe('bdac')
  expect(move('ac', 'queue-last')).toBe('bdac')
  expect(move('cd', 'queue-up')).toBe('acdb')
  expect(move('ab', 'queue-down')).toBe('cabd')
})

test('a torrent at the end stays there', () => {
  expect(move('ab', 'queue-up')).toBe('abcd')
  expect(move('ac', 'queue-up')).toBe('acbd')
  expect(move('cd', 'queue-down')).toBe('abcd')
})

/** The part of an engine's torrent that the queue uses; it can be closed at any time. */
function fakeApi(number: number) {
  const v1 = new Uint8Array(20)
  new DataView(v1.buffer).setUint32(0, number)
  const stats = { state: 'paused', downloadBytesPerSecond: 0, uploadBytesPerSecond: 0 }
  return {
    stats,
    infoHashes: { v1 },
    isComplete: false,
    isBroken: false,
    get state() {
      return stats.state
    },
    async resume() {
      if (this.isBroken) throw new Error('the torrent was closed')
      stats.state = 'downloading'
    },
    async pause() {
      stats.state = 'paused'
    },
  }
}

function queueOf(count: number, limits: { maxDownloads: number | null; maxSeeds: number | null }) {
  const registry = new TorrentRegistry({
    all: () => [],
    put() {},
    putTimes() {},
    delete() {},
    together: work => work(),
  })
  const apis = Array.from({ length: count }, (_, at) => fakeApi(at + 1))
  const torrents = apis.map(api => {
    const known = api as unknown as TorrentApi
    return registry.add(known, freshRow(known, registry))
  })
  const queue = new QueueManager({ registry, settings: () => limits })
  const states = () => apis.map(({ stats }) => stats.state)
  return { registry, apis, torrents, queue, states }
}

test('the limit is filled in order; forced ones run in addition, paused and failed ones do not', async () => {
  const { registry, apis, torrents, queue, states } = queueOf(5, { maxDownloads: 1, maxSeeds: null })
  registry.change(torrents[0]!, { paused: true })
  apis[1]!.stats.state = 'error'
  registry.change(torrents[4]!, { forced: true })
  await queue.apply()
  expect(states()).toEqual(['paused', 'error', 'downloading', 'paused', 'downloading'])
  expect(torrents.map(({ queued }) => queued)).toEqual([false, false, false, true, false])
  registry.change(torrents[2]!, { paused: true })
  await queue.apply()
  expect(states()).toEqual(['paused', 'error', 'paused', 'downloading', 'downloading'])
})

test('one that cannot be started does not block the others', async () => {
  const { apis, queue, states } = queueOf(3, { maxDownloads: null, maxSeeds: null })
  apis[0]!.isBroken = true
  await queue.apply()
  expect(states()).toEqual(['paused', 'downloading', 'downloading'])
})

test('a new one starts at once if none has to wait', async () => {
  const { torrents, queue, states } = queueOf(3, { maxDownloads: null, maxSeeds: null })
  await queue.begin(torrents[1]!)
  expect(states()).toEqual(['paused', 'downloading', 'paused'])
  const limited = queueOf(3, { maxDownloads: 1, maxSeeds: null })
  await limited.queue.begin(limited.torrents[2]!)
  expect(limited.states()).toEqual(['downloading', 'paused', 'paused'])
})

test('requests while torrents are being started are handled in one more round', async () => {
  const limits = { maxDownloads: 1 as number | null, maxSeeds: null }
  const { queue, states } = queueOf(3, limits)
  const first = queue.apply()
  limits.maxDownloads = 2
  await Promise.all([first, queue.apply(), queue.apply()])
  expect(states()).toEqual(['downloading', 'downloading', 'paused'])
})

test('other work gets its turn while thousands are started; one that it removes stays stopped', async () => {
  const { registry, torrents, queue, states } = queueOf(1000, { maxDownloads: null, maxSeeds: null })
  const started = () => states().filter(state => state === 'downloading').length
  const turn = new Promise<number>(resolve => {
    setImmediate(() => {
      registry.change(torrents[999]!, { removedMs: 1 })
      resolve(started())
    })
  })
  await queue.apply()
  expect(await turn).toBeLessThan(500)
  expect(started()).toBe(999)
  expect(states()[999]).toBe('paused')
})
