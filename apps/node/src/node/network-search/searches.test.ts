import { randomBytes } from 'node:crypto'
import type { EventOf, SearchProgress } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { KeyPair } from '@shoal/identity'
import {
  type SearchOptions,
  type SearchQuery,
  type SearchRow,
  type SignedEntry,
  signEntry,
} from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { until } from '@shoal/testing'
import { systemClock, torrentCid } from '@shoal/torrent'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, onTestFinished, test } from 'vitest'
import { EventHub } from '../kernel/event-hub.ts'
import type { Probes } from './probes.ts'
import { Searches, type SearchesOptions } from './searches.ts'

const me = KeyPair.generate()
const INPUT = { text: 'harbour night', limit: 100 } as const

function entry(title: string, more: Partial<Parameters<typeof signEntry>[0]> = {}): SignedEntry {
  const published = Math.floor(Date.now() / 1000)
  return signEntry(
    {
      ...{ infoHashV1: null, infoHashV2: new Uint8Array(randomBytes(32)), sequence: 1, published, title },
      ...{ expires: published + 3600, bytes: 1000, fileCount: 1, files: [], tags: [], license: null },
      ...{ language: null, thumbnail: null, ...more },
    },
    me,
  )
}

function row(signed: SignedEntry, match: number, confirmed = true): SearchRow {
  return { signed, match, confirmed, seeds: null, trust: 0, alsoPublishedBy: 0 }
}

/** A host whose search is defined by the test. */
function hostWith(search: (query: SearchQuery, options: SearchOptions) => Promise<SearchRow[]>): Host {
  const found = async (query: SearchQuery, options: SearchOptions) => ({
    ...{ rows: await search(query, options), hidden: 0, isPartial: false, messages: 1 },
  })
  return { kad: { tableSize: 1 }, index: { search: { search: found } } } as never
}

const TORRENT = { id: 'aa', name: 'Harbour map', totalBytes: 5, fileCount: 1, tags: ['own'] }
const PUBLISHERS = {
  ...{ trust: () => 0, isOwn: () => false, isBlocked: () => false, contactOf: () => null, shown() {} },
}
const OWN_HASH = new Uint8Array(20).fill(0xaa)

const hit = (torrent: string) => ({
  ...{ torrent, torrentName: TORRENT.name, file: null, path: null, snippet: null, matches: [] },
})

/** Searches in a node with one torrent, `Harbour map`, which its own search finds. */
function searches(host: () => Host, more: Partial<SearchesOptions> = {}): Searches {
  const listed = { ...TORRENT, api: { infoHashes: { v1: OWN_HASH } }, isComplete: true }
  const registry = {
    find: () => listed,
    findApi: ({ infoHashes: { v1 } }: { infoHashes: { v1?: Uint8Array } }) =>
      v1?.[0] === 0xaa ? listed : null,
    isListed: () => true,
  }
  const made = new Searches({
    ...{ clock: systemClock, host, networkState: () => 'on', publishers: PUBLISHERS as never },
    torrents: { registry, view: () => TORRENT } as never,
    probes: { count: async () => 3 } as unknown as Probes,
    own: async () => ({ items: [hit('aa')], next: null }),
    publish() {},
    ...more,
  })
  onTestFinished(() => made.close())
  return made
}

/**
 * Searches whose events go through a hub. `hear` collects the events of a search until the returned
 * function is called.
 */
function heardSearches(host: () => Host, more: Partial<SearchesOptions> = {}) {
  const hub = new EventHub()
  const all = searches(host, { publish: (topic, event) => hub.publish(topic, event), ...more })
  hub.addFamily('search', /^[0-9a-f-]{36}$/, id => all.watch(id))
  const hear = (id: string) => {
    const heard: EventOf<'search'>[] = []
    const stop = hub.subscribe(`search:${id}`, ({ event }) => heard.push(event as EventOf<'search'>))
    return { heard, stop }
  }
  return { all, hear }
}

/** Reads repeatedly until `isEnough`, and returns all rows in order. */
async function readUntil(all: Searches, id: string, isEnough: (progress: SearchProgress) => boolean) {
  const progress = await until('the search has come so far', () => {
    const now = all.read(id, 0)
    return isEnough(now) && now
  })
  const rows = new Map(progress.rows.map(each => [each.id, each]))
  return { progress, rows: progress.order.map(each => rows.get(each)!) }
}

test('rows of the network come while it is searched, between those of the own list', async () => {
  const [best, made] = [entry('Harbour at night'), entry('Night harbour, made up')]
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked: SearchQuery | null = null
  const all = searches(() =>
    hostWith(async (query, { onRows, onAnswers }) => {
      asked = query
      onAnswers!(4)
      onRows!([row(best, 1)], 0)
      await promise
      return [row(best, 1), row(made, 1, false)]
    }),
  )
  const { id, done } = await all.start({ ...INPUT, minBytes: 1 })
  expect(done).toBe(false)
  const early = await readUntil(all, id, ({ order }) => order.length === 2)
  expect(early.progress).toMatchObject({ done: false, network: { state: 'searching', answers: 4 } })
  expect(early.rows.map(each => each.title)).toEqual(['Harbour at night', 'Harbour map'])
  resolve()
  const { progress, rows } = await readUntil(all, id, each => each.done)
  expect(progress.network.state).toBe('done')
  expect(rows.map(each => [each.title, each.confirmed])).toEqual([
    ['Harbour at night', true],
    ['Harbour map', true],
    ['Night harbour, made up', false],
  ])
  expect(rows[0]).toMatchObject({
    id: torrentCid({ v2: best.entry.infoHashV2! }),
    publisher: { did: me.did, own: false, trust: 0 },
    ...{ totalBytes: 1000, torrent: null, seeds: 3, hits: [] },
  })
  expect(rows[1]).toMatchObject({ publisher: null, torrent: 'aa', totalBytes: 5, hits: [{ torrent: 'aa' }] })
  expect(asked).toMatchObject({ words: ['harbour', 'night'], without: [], filters: { minBytes: 1 } })
})

test('a torrent that is in the list and in the network has one row', async () => {
  const own = entry('Harbour map of 1900', { infoHashV1: OWN_HASH, infoHashV2: null })
  const all = searches(() => hostWith(async () => [row(own, 0.5)]))
  const { id } = await all.start(INPUT)
  const { rows } = await readUntil(all, id, ({ done }) => done)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ title: 'Harbour map of 1900', torrent: 'aa', hits: [{ torrent: 'aa' }] })
})

test('the seeds of rows are counted without being asked for, and change the order', async () => {
  const [first, second] = [entry('Harbour at night'), entry('Night in the harbour')]
  const counts = new Map(
    [
      [first, 0],
      [second, 40],
    ].map(([each, seeds]) => [(each as SignedEntry).entry.infoHashV2!, seeds]),
  )
  const { promise: mayCount, resolve } = Promise.withResolvers<void>()
  const probes = {
    async count({ v2 }: { v2: Uint8Array }) {
      await mayCount
      return counts.get(v2) ?? null
    },
  }
  const all = searches(() => hostWith(async () => [row(first, 0.9), row(second, 0.85)]), {
    probes: probes as unknown as Probes,
    own: async () => ({ items: [], next: null }),
  })
  const { id } = await all.start(INPUT)
  const before = await readUntil(all, id, ({ done }) => done)
  expect(before.rows.map(({ title, seeds, counting }) => [title, seeds, counting])).toEqual([
    ['Harbour at night', null, true],
    ['Night in the harbour', null, true],
  ])
  resolve()
  const after = await readUntil(all, id, ({ rows }) => rows.every(({ counting }) => !counting))
  expect(after.progress.order).toEqual(before.progress.order.toReversed())
  expect(after.rows.map(({ seeds }) => seeds)).toEqual([40, 0])
})

test('events bring everything so far, then what is new, while somebody listens', async () => {
  const [best, other] = [entry('Harbour at night'), entry('Night harbour')]
  const { promise, resolve } = Promise.withResolvers<void>()
  const { all, hear } = heardSearches(() =>
    hostWith(async (_query, { onRows }) => {
      onRows!([row(best, 1)], 0)
      await promise
      return [row(best, 1), row(other, 0.9)]
    }),
  )
  const { id } = await all.start(INPUT)
  await readUntil(all, id, ({ order }) => order.length === 2)
  const { heard, stop } = hear(id)
  await until('an event has come', () => heard.length > 0)
  expect(heard[0]).toMatchObject({ type: 'search', id, after: 0, done: false })
  expect(heard[0]!.rows.length).toBe(2)
  resolve()
  await until('the end has come', () => heard.at(-1)!.done)
  // Each event continues the previous one, and only contains changes.
  expect(heard.map(({ after }) => after)).toEqual([0, ...heard.slice(0, -1).map(({ revision }) => revision)])
  const others = heard.slice(1).flatMap(({ rows }) => rows.map(({ title }) => title))
  expect(others).toContain('Night harbour')
  expect(others).not.toContain('Harbour map')
  stop()
  const count = heard.length
  all.onBlocked()
  const again = hear(id)
  await until('an event has come', () => again.heard.length > 0)
  expect(again.heard[0]).toMatchObject({ after: 0, done: true })
  expect(again.heard[0]!.rows.length).toBe(3)
  expect(heard.length).toBe(count)
})

test('changes that come together are one event', async () => {
  const clock = new VirtualClock()
  const { all, hear } = heardSearches(() => hostWith(() => new Promise(() => {})), { clock })
  const { id } = await all.start(INPUT)
  const { heard } = hear(id)
  await clock.advance(1000)
  const before = heard.length
  for (let i = 0; i < 50; i++) all.onBlocked()
  await clock.advance(1000)
  expect(heard.length).toBe(before + 1)
})

test('a search ends a minute after it was last read, and not while somebody listens', async () => {
  const clock = new VirtualClock()
  const { all, hear } = heardSearches(() => hostWith(async () => []), { clock })
  const { id } = await all.start(INPUT)
  await clock.advance(59_000)
  all.read(id, 0)
  await clock.advance(59_000)
  const { stop } = hear(id)
  await clock.advance(600_000)
  stop()
  await clock.advance(59_000)
  expect(all.read(id, 0).done).toBe(true)
  await clock.advance(61_000)
  expect(() => hear(id)).toThrow(expect.objectContaining({ code: 'not-found' }))
  expect(() => all.read(id, 0)).toThrow(expect.objectContaining({ code: 'not-found' }))
})

test('a network that is off leaves the own list', async () => {
  const off = () => {
    throw new Failure('unsupported', 'The Shoal network is off')
  }
  const all = searches(off, { networkState: () => 'off' })
  const { id } = await all.start(INPUT)
  const { progress, rows } = await readUntil(all, id, ({ done }) => done)
  expect(progress.network).toMatchObject({
    state: 'unavailable',
    reason: 'off',
    problem: 'The Shoal network is off',
  })
  expect(rows.map(({ title }) => title)).toEqual(['Harbour map'])
})

test('says that no other node is connected', async () => {
  const all = searches(() => ({ kad: { tableSize: 0 } }) as Host)
  const { id } = await all.start(INPUT)
  const { progress } = await readUntil(all, id, ({ done }) => done)
  expect(progress.network).toMatchObject({ state: 'unavailable', reason: 'no-nodes' })
})

test('the network gets all filters, and nothing of the own list is shown if it is unknown what is asked for', async () => {
  let asked: SearchQuery | null = null
  const all = searches(() =>
    hostWith(async query => {
      asked = query
      return []
    }),
  )
  const filters = { minBytes: 1, maxBytes: 9, kind: 'video', language: 'de', license: 'MIT' } as const
  const { id } = await all.start({ ...INPUT, ...filters })
  const { rows } = await readUntil(all, id, ({ done }) => done)
  expect(rows).toEqual([])
  expect(asked).toMatchObject({ filters })
})

test('the own list is searched on until there are enough torrents that the filters let through', async () => {
  const pages: (string | undefined)[] = []
  const sizes = new Map(Array.from({ length: 30 }, (_, at) => [`t${at}`, at < 20 ? 1 : 5000]))
  const listed = (id: string) => {
    const v1 = new Uint8Array(20).fill(Number(id.slice(1)))
    return { ...TORRENT, id, api: { infoHashes: { v1 } }, isComplete: true }
  }
  const registry = { find: listed, findApi: () => null, isListed: () => true }
  const view = ({ id }: { id: string }) => ({ ...TORRENT, id, totalBytes: sizes.get(id) })
  const all = searches(() => hostWith(async () => []), {
    torrents: { registry, view } as never,
    own: async ({ cursor }) => {
      pages.push(cursor)
      const at = Number(cursor ?? 0)
      const items = Array.from({ length: 5 }, (_, index) => hit(`t${at + index}`))
      return { items, next: at + 5 < 30 ? String(at + 5) : null }
    },
  })
  const { id } = await all.start({ ...INPUT, minBytes: 1000, limit: 3 })
  const { rows } = await readUntil(all, id, ({ done }) => done)
  expect(rows.map(({ torrent }) => torrent)).toEqual(['t20', 't21', 't22', 't23', 't24'])
  // Later pages are not requested.
  expect(pages).toEqual([undefined, '5', '10', '15', '20'])
})

test('a search that is ended stops the network and is forgotten', async () => {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const all = searches(() =>
    hostWith(async (_, { signal }) => {
      signal!.addEventListener('abort', () => resolve())
      return new Promise(() => {})
    }),
  )
  const { id } = await all.start(INPUT)
  await readUntil(all, id, ({ order }) => order.length === 1)
  all.end(id)
  await stopped
  expect(() => all.read(id, 0)).toThrow(expect.objectContaining({ code: 'not-found' }))
})

test('ten searches run at once, and those that are done give way', async () => {
  const all = searches(() => hostWith(() => new Promise(() => {})))
  const started = []
  for (let i = 0; i < 10; i++) started.push(await all.start(INPUT))
  await expect(all.start(INPUT)).rejects.toMatchObject({ code: 'too-many-requests' })
  const done = searches(() => hostWith(async () => []))
  const ids: string[] = []
  for (let i = 0; i < 11; i++) {
    const { id } = await done.start(INPUT)
    await readUntil(done, id, each => each.done)
    ids.push(id)
  }
  expect(() => done.read(ids[0]!, 0)).toThrow(expect.objectContaining({ code: 'not-found' }))
  expect(done.read(ids[1]!, 0).done).toBe(true)
})

test('what a blocked publisher signed is not shown and is counted, also in a search that is open', async () => {
  const entries = [entry('Harbour at night'), entry('Night harbour')] as const
  let isBlocked = false
  const publishers = { ...PUBLISHERS, isBlocked: () => isBlocked, contactOf: () => ({ name: 'Ada' }) }
  const all = searches(() => hostWith(async () => entries.map(each => row(each, 1))), {
    publishers: publishers as never,
  })
  const { id } = await all.start(INPUT)
  const before = await readUntil(all, id, ({ done }) => done)
  expect(before.progress.network.hidden).toBe(0)
  expect(before.rows.map(({ publisher }) => publisher?.name)).toEqual(['Ada', 'Ada', undefined])
  isBlocked = true
  all.onBlocked()
  const after = all.read(id, before.progress.revision)
  expect([after.order.length, after.network.hidden]).toEqual([1, 2])
  isBlocked = false
  all.onBlocked()
  const again = all.read(id, after.revision)
  expect([again.order.length, again.network.hidden]).toEqual([3, 0])
})
