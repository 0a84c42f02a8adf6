/**
 * A client's entries are stored in the order in which they were sent, whatever is refused in
 * between.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type Connect, type Link, MAX_PART, RoomError, RoomsClient } from '@shoal/hub-api/rooms'
import { openFileStores, type TestStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import { type Random, seededRandom } from '@shoal/torrent/base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Member, ServiceLimits } from './contracts.ts'
import { RoomWorld } from './testing/room-world.ts'

let folder: string
let stores: TestStores

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-order-'))
  stores = await openFileStores(join(folder, 'hub.db'))
})
afterAll(async () => {
  await stores.close()
  await rm(folder, { recursive: true })
})

const ann: Member = { did: KeyPair.generate().did, sessionId: '1', device: new Uint8Array(randomBytes(32)) }
type Append = TestStores['rooms']['append']

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await turn()
}

/** A hub whose database appends in this way. */
async function hubWith(append: Append, limits: Partial<ServiceLimits> = {}) {
  const world = new RoomWorld(stores)
  const rooms = new Proxy(stores.rooms, {
    get(target, key) {
      const value: unknown = key === 'append' ? append : Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  world.start({ stores: { rooms, inboxes: stores.inboxes }, limits })
  const name = { creator: ann.did, salt: new Uint8Array(randomBytes(32)), kind: 'group' }
  const { id: room } = await stores.rooms.create(name)
  const log = async () => {
    const all: string[] = []
    for (;;) {
      const { entries } = await stores.rooms.read(room, all.length, MAX_PART)
      if (entries.length === 0) return all
      all.push(...entries.map(({ bytes }) => new TextDecoder().decode(bytes)))
    }
  }
  return { world, room, log }
}

/**
 * Requests to such a hub that bypass the client. The database is down or holds back writes while
 * the test says so.
 */
async function requests(limits?: Partial<ServiceLimits>) {
  const database = { isAway: false, held: Promise.resolve() }
  const append: Append = async (...given) => {
    const { isAway } = database
    await database.held
    if (isAway) throw new RoomError('unavailable', 'The database does not answer')
    return stores.rooms.append(...given)
  }
  const { world, room, log } = await hubWith(append, limits)
  const { signal } = new AbortController()
  const link: Link = await world.connect(ann)({ received() {}, closed() {} }, { signal })
  await link.request('follow', { rooms: [{ room, token: null }] })
  const ids = new Map<string, Uint8Array>()
  /** Returns the code of the answer. A repeated text has the same id. */
  const send = async (text: string) => {
    const clientId = ids.get(text) ?? new Uint8Array(randomBytes(16))
    ids.set(text, clientId)
    const bytes = new TextEncoder().encode(text)
    const answer = (await link.request('append', { room, clientId, bytes })) as { error?: { code: string } }
    return answer.error?.code ?? 'ok'
  }
  const close = () => {
    link.close()
    world.services[0]!.close()
  }
  return { world, database, send, log, [Symbol.dispose]: close }
}

test('one that comes again is stored while the next ones arrive', async () => {
  using hub = await requests()
  hub.database.isAway = true
  expect(await Promise.all(['a', 'b', 'c'].map(hub.send))).toEqual(['unavailable', 'busy', 'busy'])
  hub.database.isAway = false
  const { promise, resolve } = Promise.withResolvers<void>()
  hub.database.held = promise
  const first = hub.send('a')
  await turns(5)
  const second = hub.send('b')
  await turns(5)
  resolve()
  expect(await first).toBe('ok')
  const third = hub.send('c')
  expect([await second, await third]).toEqual(['ok', 'ok'])
  expect(await hub.log()).toEqual(['a', 'b', 'c'])
})

test('all that were refused come again before a new one', async () => {
  using hub = await requests()
  hub.database.isAway = true
  await Promise.all(['a', 'b', 'c', 'd'].map(hub.send))
  hub.database.isAway = false
  expect([await hub.send('a'), await hub.send('b')]).toEqual(['ok', 'ok'])
  // The client does not know yet that the hub refused the others.
  expect(await hub.send('e')).toBe('busy')
  const codes = []
  for (const text of ['d', 'c', 'd', 'e']) codes.push(await hub.send(text))
  expect(codes).toEqual(['busy', 'ok', 'ok', 'ok'])
  expect(await hub.log()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('one that the database refuses late comes before those that were refused at once', async () => {
  using hub = await requests({ appends: { perSecond: 1, most: 1 } })
  const { promise, resolve } = Promise.withResolvers<void>()
  Object.assign(hub.database, { isAway: true, held: promise })
  const first = hub.send('a')
  expect(await hub.send('b')).toBe('too-many-requests')
  resolve()
  expect(await first).toBe('unavailable')
  hub.database.isAway = false
  const codes = []
  for (const text of ['b', 'a', 'b']) {
    await hub.world.clock.advance(5000)
    codes.push(await hub.send(text))
  }
  expect(codes).toEqual(['busy', 'ok', 'ok'])
  expect(await hub.log()).toEqual(['a', 'b'])
})

/** A connection that delays each message and keeps their order. */
function slow(connect: Connect, random: Random): Connect {
  const way = () => {
    let last = Promise.resolve()
    return () => {
      last = last.then(() => turns(random.below(4)))
      return last
    }
  }
  return async (events, options) => {
    const link = await connect(events, options)
    const there = way()
    const back = way()
    return {
      ...link,
      async request(name, input) {
        await there()
        const answer = await link.request(name, input)
        await back()
        return answer
      },
    }
  }
}

test.for([1, 2, 3, 4, 5, 6])('a client sends many at once, and much is refused (seed %i)', async seed => {
  const random = seededRandom(seed)
  let last: Promise<unknown> = Promise.resolve()
  let [handed, failed] = [0, 0]
  const append: Append = (...given) => {
    const number = ++handed
    const before = last
    const answer = async () => {
      await before.catch(() => {})
      await turns(random.below(6))
      // All entries queued for the database fail together.
      if (random.below(20) === 0) failed = handed
      if (number <= failed) throw new RoomError('unavailable', 'The database does not answer')
      return stores.rooms.append(...given)
    }
    const appended = answer()
    last = appended
    return appended
  }
  const { world, room, log } = await hubWith(append, { appends: { perSecond: 20, most: 60 } })
  const connect = slow(world.connect(ann), random)
  const client = new RoomsClient({ connect, clock: world.clock, random: world.random })
  const texts = Array.from({ length: 150 }, (_, at) => `${at}`)
  const followed = client.follow({ room }, { entries() {} })
  const all = Promise.all(texts.map(text => followed.append(new TextEncoder().encode(text))))
  let isStored = false
  all.then(
    () => {
      isStored = true
    },
    () => {},
  )
  await world.until('some are stored', () => followed.unacknowledged < 100)
  world.cut()
  await world.until('all are stored', () => isStored)
  client.close()
  world.services[0]!.close()
  expect(await log()).toEqual(texts)
})
