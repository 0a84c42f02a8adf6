import { randomBytes } from 'node:crypto'
import type { SearchProgress } from '@shoal/api'
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
import { systemClock, torrentCid } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
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

/** A host whose search does what the test says. */
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

/** Searches in a node that has one torrent, `Harbour map`, which the search of the own list finds. */
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
    ...more,
  })
  onTestFinished(() => made.close())
  return made
}

/** Reads until `isEnough`, and returns all rows in their order. */
async function readUntil(all: Searches, id: string, isEnough: (progress: SearchProgress) => boolean) {
  const rows = new Map<string, SearchProgress['rows'][number]>()
  for (let since = 0; ; ) {
    const progress = await all.read(id, since)
    expect(progress.revision).toBeGreaterThan(since)
    since = progress.revision
    for (const each of progress.rows) rows.set(each.id, each)
    if (isEnough(progress)) return { progress, rows: progress.order.map(each => rows.get(each)!) }
  }
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
    ...{ totalBytes: 1000, torrent: null, seeds: null, hits: [] },
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

test('seeds are counted for the rows that are asked for, and change the order', async () => {
  const [first, second] = [entry('Harbour at night'), entry('Night in the harbour')]
  const counts = new Map(
    [
      [first, 0],
      [second, 40],
    ].map(([each, seeds]) => [(each as SignedEntry).entry.infoHashV2!, seeds]),
  )
  const probes = { count: async ({ v2 }: { v2: Uint8Array }) => counts.get(v2) ?? null }
  const all = searches(() => hostWith(async () => [row(first, 0.9), row(second, 0.85)]), {
    probes: probes as unknown as Probes,
    own: async () => ({ items: [], next: null }),
  })
  const { id } = await all.start(INPUT)
  const before = await readUntil(all, id, ({ done }) => done)
  expect(before.rows.map(({ title, seeds }) => [title, seeds])).toEqual([
    ['Harbour at night', null],
    ['Night in the harbour', null],
  ])
  all.probe(id, [...before.progress.order, 'baf5unknown'])
  const after = await all.read(id, before.progress.revision)
  const last = after.rows.length === 2 ? after : await all.read(id, after.revision)
  expect(last.order).toEqual(before.progress.order.toReversed())
  const { rows } = await readUntil(all, id, ({ done }) => done)
  expect(rows.map(({ seeds }) => seeds)).toEqual([40, 0])
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
  // Those that come after are not asked for.
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
  const { progress } = await readUntil(all, id, ({ order }) => order.length === 1)
  const ended = expect(all.read(id, progress.revision)).rejects.toMatchObject({ code: 'not-found' })
  all.end(id)
  await stopped
  await ended
  await expect(all.read(id, 0)).rejects.toMatchObject({ code: 'not-found' })
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
  await expect(done.read(ids[0]!, 0)).rejects.toMatchObject({ code: 'not-found' })
  await expect(done.read(ids[1]!, 0)).resolves.toMatchObject({ done: true })
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
  const after = await all.read(id, before.progress.revision)
  expect([after.order.length, after.network.hidden]).toEqual([1, 2])
  isBlocked = false
  all.onBlocked()
  const again = await all.read(id, after.revision)
  expect([again.order.length, again.network.hidden]).toEqual([3, 0])
})
