import { ListTorrents, type Torrent, torrentFacet } from '@shoal/api'
import { infoHashText, type TorrentApi, type TorrentStats } from '@shoal/torrent'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { freshRow } from '../changes/adding.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import { TorrentRegistry } from '../records/torrent-registry.ts'
import { TorrentList } from './torrent-list.ts'

/** The part of an engine's torrent that a list uses. */
function engineTorrent(number: number) {
  const v1 = new Uint8Array(20).fill(number + 1)
  const stats = {
    state: 'downloading',
    progress: 0,
    haveBytes: 0,
    wantedBytes: 10,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    downloadedBytes: 0,
    uploadedBytes: 0,
    etaSeconds: null,
    peers: 0,
    reason: null,
    trackersFail: false,
    seeds: 0,
    changedFiles: [] as string[],
  }
  return {
    id: infoHashText({ v1 }),
    stats,
    infoHashes: { v1 },
    name: `torrent ${number}`,
    metainfo: { info: { lengthBytes: 10, private: false } },
    files: [],
    directory: '/',
    sequential: false,
    trackers: [],
    discovery: () => [],
    webSeeds: [],
    get isComplete() {
      return stats.haveBytes >= stats.wantedBytes
    },
    get state() {
      return stats.state
    },
  }
}

type Fake = ReturnType<typeof engineTorrent>
const apiOf = (fake: Fake) => fake as unknown as TorrentApi & { stats: TorrentStats }

class World {
  readonly registry = new TorrentRegistry({
    all: () => [],
    put() {},
    putTimes() {},
    delete() {},
    together: work => work(),
  })
  readonly list = new TorrentList(this.registry)
  readonly fakes = Array.from({ length: 5 }, (_, number) => engineTorrent(number))
  readonly clients: Client[] = []

  find(number: number): ManagedTorrent | null {
    return this.registry.find(this.fakes[number]!.id)
  }

  add(number: number): void {
    const torrent = this.find(number)
    if (torrent?.row.removedMs !== null && torrent) this.registry.change(torrent, { removedMs: null })
    if (!torrent) {
      const api = apiOf(this.fakes[number]!)
      this.registry.add(api, freshRow(api, this.registry))
    }
  }

  tick(): void {
    const event = this.list.tick()
    if (event) for (const client of this.clients) client.apply(event)
  }

  all(query: { sort?: 'queuePosition'; order?: 'ascending' } = {}): Torrent[] {
    return this.list.list(ListTorrents.parse({ limit: 100, ...query })).items
  }
}

/** Lists once, then applies events. */
class Client {
  readonly rows = new Map<string, Torrent>()
  readonly #revision: number

  constructor(world: World) {
    const { items, revision } = world.list.list(ListTorrents.parse({ limit: 100 }))
    for (const item of items) this.rows.set(item.id, { ...item })
    this.#revision = revision
  }

  apply({ revision, changed, removed }: NonNullable<ReturnType<TorrentList['tick']>>): void {
    if (revision <= this.#revision) return
    for (const change of changed)
      this.rows.set(change.id, { ...this.rows.get(change.id), ...change } as Torrent)
    for (const id of removed) this.rows.delete(id)
  }
}

const number = fc.nat(4)
const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'tick' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'list' as const }) },
    fc.record({ do: fc.constant('add' as const), number }),
    fc.record({ do: fc.constant('remove' as const), number }),
    fc.record({ do: fc.constant('forget' as const), number }),
    fc.record({ do: fc.constant('look' as const), number }),
    fc.record({ do: fc.constant('order' as const), number, to: fc.integer({ min: -2, max: 2 }) }),
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('label' as const),
        number,
        label: fc.constantFrom(null, 'a', 'b'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('have' as const), number, bytes: fc.constantFrom(0, 5, 10) }),
    },
  ),
  { minLength: 8, maxLength: 60, size: 'max' },
)
type Action = typeof actions extends fc.Arbitrary<(infer A)[]> ? A : never

function act(world: World, action: Action): void {
  if (action.do === 'tick') return world.tick()
  if (action.do === 'list') return void world.clients.push(new Client(world))
  if (action.do === 'add') return world.add(action.number)
  const torrent = world.find(action.number)
  if (!torrent) return
  if (action.do === 'forget') return world.registry.delete(torrent)
  if (action.do === 'remove') return world.registry.change(torrent, { removedMs: 1 })
  if (action.do === 'order') return world.registry.change(torrent, { queueOrder: action.to })
  if (action.do === 'label') return world.registry.change(torrent, { label: action.label })
  if (action.do === 'look') return void world.list.view(torrent)
  const { stats } = world.fakes[action.number]!
  const wasComplete = torrent.isComplete
  Object.assign(stats, { haveBytes: action.bytes, progress: action.bytes / 10 })
  // Received bytes cause no event, but a completion does.
  if (wasComplete !== torrent.isComplete) world.registry.touch(torrent, true)
}

test('a list plus the events since its revision equals a later list', () => {
  fc.assert(
    fc.property(actions, all => {
      const world = new World()
      for (const action of all) act(world, action)
      world.tick()
      const now = world.all()
      const byId = (rows: Iterable<Torrent>) => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
      for (const client of world.clients) expect(byId(client.rows.values())).toEqual(byId(now))
    }),
    { numRuns: 300 },
  )
})

test('a change that was read between two ticks and undone is published all the same', () => {
  const world = new World()
  world.add(0)
  world.tick()
  const torrent = world.find(0)!
  world.registry.change(torrent, { label: 'films' })
  const client = new Client(world)
  world.clients.push(client)
  expect(client.rows.get(torrent.id)!.label).toBe('films')
  world.registry.change(torrent, { label: null })
  world.tick()
  expect(client.rows.get(torrent.id)!.label).toBeNull()
})

test('nothing is published without a change, and a read only causes the full row to be published', () => {
  const world = new World()
  world.add(0)
  expect(world.list.tick()).toMatchObject({ revision: 2, changed: [{ name: 'torrent 0' }] })
  expect(world.list.tick()).toBeNull()
  world.list.view(world.find(0)!)
  expect(world.list.tick()!.changed).toHaveLength(1)
  expect(world.list.tick()).toBeNull()
})

test('a removal moves up the rest of the queue in the same event, also after a list in between', () => {
  const world = new World()
  for (const number of [0, 1, 2]) world.add(number)
  world.tick()
  expect(
    world.all({ sort: 'queuePosition', order: 'ascending' }).map(({ queuePosition }) => queuePosition),
  ).toEqual([1, 2, 3])
  world.registry.change(world.find(0)!, { removedMs: 1 })
  world.registry.touch(world.find(2)!)
  world.all()
  const { changed, removed } = world.list.tick()!
  expect(removed).toEqual([world.fakes[0]!.id])
  expect(changed.map(({ id, queuePosition }) => [id, queuePosition])).toEqual([
    [world.fakes[2]!.id, 2],
    [world.fakes[1]!.id, 1],
  ])
})

test('of thousands of torrents those are looked at that are connected, and some of the others', async () => {
  const world = new World()
  let looks = 0
  const fakes = Array.from({ length: 2000 }, (_, number) => {
    const fake = engineTorrent(number)
    fake.infoHashes.v1.set([number >> 8, number & 255, 1])
    const { stats } = fake
    Object.defineProperty(fake, 'stats', {
      get() {
        looks++
        return stats
      },
    })
    return fake
  })
  for (const fake of fakes) world.registry.add(apiOf(fake), freshRow(apiOf(fake), world.registry))
  await world.list.lookAtNew()
  expect(world.all({}).length).toBe(100)
  looks = 0
  const { stats, infoHashes } = fakes[1999]!
  stats.peers = 1
  world.registry.touch(world.registry.find(infoHashText(infoHashes))!)
  world.tick()
  world.tick()
  // Each check reads the stats a few times.
  expect(looks).toBeGreaterThan(400)
  expect(looks).toBeLessThan(2000)
  stats.downloadedBytes = 5
  expect(world.list.tick()?.changed).toEqual([{ id: infoHashText(infoHashes), downloadedBytes: 5, ratio: 0 }])
})

test('queue positions are right after any sequence of changes', () => {
  const step = fc.record({
    number: fc.nat(4),
    what: fc.constantFrom('add', 'finish', 'lack', 'move', 'remove', 'tick'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const registry = new TorrentRegistry({
        all: () => [],
        put() {},
        putTimes() {},
        delete() {},
        together: work => work(),
      })
      const list = new TorrentList(registry)
      const fakes = Array.from({ length: 5 }, (_, number) => engineTorrent(number))
      for (const [at, { number, what }] of steps.entries()) {
        const fake = fakes[number]!
        const torrent = registry.find(fake.id)
        if (what === 'tick') list.tick()
        else if (what === 'add' && !torrent) registry.add(apiOf(fake), freshRow(apiOf(fake), registry))
        else if (!torrent) continue
        else if (what === 'remove') registry.delete(torrent)
        else if (what === 'move') registry.change(torrent, { queueOrder: -at })
        else {
          fake.stats.haveBytes = what === 'finish' ? 10 : 0
          registry.touch(torrent, true)
        }
        const waiting = [...registry.listed()].filter(each => !each.isComplete)
        waiting.sort((a, b) => a.row.queueOrder - b.row.queueOrder || a.row.addedMs - b.row.addedMs)
        for (const each of registry.listed())
          expect(list.queue.position(each)).toBe(waiting.indexOf(each) + 1 || null)
      }
    }),
  )
})

test('troubled torrents are known at once, and without examining all others', () => {
  const world = new World()
  for (let number = 0; number < 5; number++) world.add(number)
  world.list.tick()
  let reads = 0
  for (const fake of world.fakes) {
    const { stats } = fake
    Object.defineProperty(fake, 'stats', {
      get() {
        reads++
        return stats
      },
    })
  }
  const troubled = () => [...world.list.troubled()].map(({ name }) => name)
  expect([troubled(), reads]).toEqual([[], 0])
  world.fakes[1]!.stats.state = 'error'
  world.fakes[3]!.stats.changedFiles.push('a.txt')
  for (const number of [1, 3]) world.registry.touch(world.find(number)!)
  expect(troubled()).toEqual(['torrent 1', 'torrent 3'])
  world.list.tick()
  expect(troubled()).toEqual(['torrent 1', 'torrent 3'])
  world.fakes[1]!.stats.state = 'paused'
  world.registry.delete(world.find(3)!)
  expect(troubled()).toEqual([])
})

test('a reason, and the hosts of other trackers, are published when they change', () => {
  const world = new World()
  world.add(0)
  world.tick()
  const torrent = world.find(0)!
  const [fake] = world.fakes
  const trackers = [
    ['udp://A.example:6969/announce', 'http://a.example/x?key=secret'],
    ['bad', 'ws://b.example'],
  ]
  Object.assign(fake!, { trackers })
  Object.assign(fake!.stats, { reason: 'tracker-error', trackersFail: true })
  const trackerHosts = ['a.example', 'b.example']
  expect(world.list.tick()!.changed).toEqual([
    { id: torrent.id, reason: 'tracker-error', trackersFail: true, trackerHosts },
  ])
  // The engine does not know about moves: while files move, its peers are fine.
  torrent.moving = true
  expect(world.list.tick()!.changed).toEqual([{ id: torrent.id, state: 'moving', reason: null }])
})

test('what a capability knows about torrents is in their rows, and published when it changes', () => {
  const world = new World()
  const notes = new Map<ManagedTorrent, string>()
  const facet = torrentFacet({ row: { note: z.string() }, none: { note: '' } })
  world.registry.facets.add({ facet, row: torrent => ({ note: notes.get(torrent) ?? '' }) })
  world.add(0)
  world.add(1)
  expect(world.list.tick()?.changed).toMatchObject([{ note: '' }, { note: '' }])
  const torrent = world.find(1)!
  notes.set(torrent, 'seen')
  world.registry.touch(torrent)
  expect(world.list.tick()?.changed).toEqual([{ id: torrent.id, note: 'seen' }])
  expect(() => world.registry.facets.add({ facet })).toThrow('two capabilities have note')
})
