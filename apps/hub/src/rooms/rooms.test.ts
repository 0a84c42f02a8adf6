/** Room logs and inboxes: the hub's core and the client's, with messages in memory. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Access,
  accessOf,
  type ClientListener,
  type Connect,
  type Followed,
  ForkedLog,
  type LinkEvents,
  type LogEntry,
  RoomError,
  type RoomListener,
  RoomsClient,
  roomId,
  roomToken,
  type SentInboxEntry,
  type SentPart,
  signHead,
  signRoomHome,
} from '@shoal/hub-api/rooms'
import { entryHash } from '@shoal/hub-stores/log'
import { openFileStores, type TestStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Member, ServiceLimits } from './contracts.ts'
import { RoomWorld } from './testing/room-world.ts'
import { readWake } from './wake.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const id = (length = 32) => new Uint8Array(randomBytes(length))
const contents = (entries: readonly { bytes: Uint8Array }[]) =>
  entries.map(entry => new TextDecoder().decode(entry.bytes))

let folder: string
let stores: TestStores
let world: RoomWorld
const clients: RoomsClient[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-rooms-'))
  stores = await openFileStores(join(folder, 'hub.db'))
})
afterAll(async () => {
  await stores.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  world = new RoomWorld(stores)
  world.start()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  for (const service of world.services) service.close()
  expect(world.errors).toEqual([])
  // Delivers messages in flight; afterwards no timer is left.
  await world.quiet()
  expect(world.clock.pending).toBe(0)
})

const people = ['ann', 'bob', 'eve'].map(() => KeyPair.generate().did)
const [ann, bob, eve] = people.map((did, at) => ({ did, sessionId: `${at}`, device: id() })) as [
  Member,
  Member,
  Member,
]

function connect(
  member: Member,
  process: () => number = () => 0,
  listener: ClientListener = {},
): RoomsClient {
  const client = new RoomsClient(
    { connect: world.connect(member, process), clock: world.clock, random: world.random },
    listener,
  )
  clients.push(client)
  return client
}

const connected = (...some: RoomsClient[]) =>
  world.until('all are connected', () => some.every(({ isConnected }) => isConnected))

/** A member's view of a room: entries by number, and errors. */
class Screen implements RoomListener {
  readonly log: LogEntry[] = []
  readonly order: number[] = []
  readonly problems: RoomError[] = []
  readonly volatiles: string[] = []
  caught = 0
  about: Followed | undefined

  followed(about: Followed): void {
    this.about = about
  }
  entries(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.order.push(entry.sequence)
      expect(this.log[entry.sequence]).toBeUndefined()
      this.log[entry.sequence] = entry
    }
  }
  volatile(some: Uint8Array): void {
    this.volatiles.push(new TextDecoder().decode(some))
  }
  caughtUp(): void {
    this.caught++
  }
  problem(error: RoomError): void {
    this.problems.push(error)
  }
  get texts(): string[] {
    return contents(this.log.filter(Boolean))
  }
}

/** Resolves older entries when the test opens it. */
class SlowScreen extends Screen {
  readonly open = Promise.withResolvers<void>()
  isAsked = false

  ready(): Promise<void> {
    this.isAsked = true
    return this.open.promise
  }
}

/** Returns an object with one method replaced. */
function withMethod<T extends object, Name extends keyof T>(object: T, name: Name, method: T[Name]): T {
  return new Proxy(object, {
    get(target, key) {
      const value = key === name ? method : Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const openAccess: Access = { manage: null, read: null, post: null }

async function create(client: RoomsClient, creator = ann.did, access = openAccess): Promise<Uint8Array> {
  const { room } = await settled(
    client.request('create', { creator, salt: id(), kind: 'group', access, after: null, home: null }),
  )
  return room
}

/** Awaits a promise while time passes. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false
  const marked = promise.finally(() => {
    isSettled = true
  })
  marked.catch(() => {})
  await world.until('it is settled', () => isSettled)
  return marked
}

describe('a room', () => {
  test('brings entries to all who follow it, once and in order, also from another process', async () => {
    world.start()
    const [a, b, c] = [connect(ann), connect(bob), connect(eve, () => 1)]
    await connected(a, b, c)
    const room = await create(a)
    const screens = [new Screen(), new Screen(), new Screen()]
    const logs = [a, b, c].map((client, at) => client.follow({ room }, screens[at]!))
    const sent = await settled(
      Promise.all(Array.from({ length: 30 }, (_, at) => logs[at % 3]!.append(bytes(`${at}`)))),
    )
    expect(new Set(sent.map(({ sequence }) => sequence)).size).toBe(30)
    await world.until('all have all', () => screens.every(({ log }) => log.length === 31))
    for (const screen of screens) {
      expect(screen.order).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
      expect(screen.texts).toEqual(screens[0]!.texts)
      expect(screen.problems).toEqual([])
    }
    expect(logs.every(({ isCaughtUp }) => isCaughtUp)).toBe(true)
  })

  test('is whole after connections and wake-ups between processes were lost', async () => {
    world.start()
    const [a, b] = [connect(ann), connect(bob, () => 1)]
    await connected(a, b)
    const room = await create(a)
    const [screenA, screenB] = [new Screen(), new Screen()]
    const logs = [a.follow({ room }, screenA), b.follow({ room }, screenB)]
    await world.until('both follow', () => logs.every(({ right }) => right === 'post'))
    world.isChannelCut = true
    await settled(logs[0]!.append(bytes('unheard')))
    await world.until('the slow check has found it', () => screenB.log.length === 2)
    const posted = Array.from({ length: 10 }, (_, at) => logs[at % 2]!.append(bytes(`${at}`)))
    for (let at = 0; at < 3; at++) {
      world.cut()
      await world.clock.advance(300)
    }
    await settled(Promise.all(posted))
    for (const screen of [screenA, screenB])
      await world.until('it has all', () => screen.log.filter(Boolean).length === 11)
    expect(screenA.texts).toEqual(screenB.texts)
    expect((await stores.rooms.get(room)).head.sequence).toBe(11)
  })

  test('has each entry once and in order after a minute without a network', async () => {
    let hasNetwork = true
    const away = new RoomsClient({
      connect: (...given) =>
        hasNetwork
          ? world.connect(bob)(...given)
          : Promise.reject(new RoomError('unavailable', 'no network')),
      ...{ clock: world.clock, random: world.random },
    })
    clients.push(away)
    const a = connect(ann)
    await connected(a, away)
    const room = await create(a)
    const [screenA, screenB] = [new Screen(), new Screen()]
    const [logA, logB] = [a.follow({ room }, screenA), away.follow({ room }, screenB)]
    await world.until('both follow', () => logA.right === 'post' && logB.right === 'post')
    hasNetwork = false
    world.cut()
    // Written without a network, and by the other member meanwhile.
    const own = Array.from({ length: 5 }, (_, at) => logB.append(bytes(`away ${at}`)))
    await connected(a)
    for (let at = 0; at < 60; at++) {
      if (at % 6 === 0) await settled(logA.append(bytes(`here ${at / 6}`)))
      await world.clock.advance(1000)
    }
    expect([away.isConnected, screenB.log.length]).toEqual([false, 0])
    hasNetwork = true
    const backMs = world.clock.nowMs()
    await settled(Promise.all(own))
    for (const screen of [screenA, screenB])
      await world.until('it has all', () => screen.log.filter(Boolean).length === 15)
    // The longest pause between two attempts.
    expect(world.clock.nowMs() - backMs).toBeLessThan(35_000)
    expect(screenB.texts).toEqual(screenA.texts)
    expect(screenB.order).toEqual(screenB.order.toSorted((one, other) => one - other))
    expect(screenB.texts.filter(text => text.startsWith('away'))).toEqual(
      Array.from({ length: 5 }, (_, at) => `away ${at}`),
    )
    expect([...screenA.problems, ...screenB.problems]).toEqual([])
  })

  test('may bring an entry before the answer that it is followed', async () => {
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    const hasCome = Promise.withResolvers<void>()
    let isAnswered = false
    const early: Connect = async (events, options) => {
      const received = (name: string, body: unknown) => {
        events.received(name, body)
        if (name === 'entries') hasCome.resolve()
      }
      const link = await world.connect(bob)({ ...events, received }, options)
      return {
        ...link,
        request: async (name, input) => {
          const answer = await link.request(name, input)
          isAnswered = true
          await hasCome.promise
          return answer
        },
      }
    }
    const b = new RoomsClient({ connect: early, clock: world.clock, random: world.random })
    clients.push(b)
    const screen = new Screen()
    const log = b.follow({ room }, screen)
    await world.until('the answer is under way', () => isAnswered)
    await settled(a.follow({ room }, new Screen()).append(bytes('one')))
    await world.until('it is followed', () => log.right === 'post')
    expect(screen.texts).toEqual(['one'])
    expect(screen.problems).toEqual([])
  })

  test('misses nothing that comes between the answer of the database and the beginning to follow', async () => {
    const { rooms } = stores
    const [isRead, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const getMany: typeof rooms.getMany = async ids => {
      const found = await rooms.getMany(ids)
      if (isSlow) {
        isRead.resolve()
        await answer.promise
      }
      return found
    }
    let isSlow = false
    const slow = { rooms: withMethod(rooms, 'getMany', getMany), inboxes: stores.inboxes }
    const process = world.start({ stores: slow })
    const [a, b] = [connect(ann, () => process), connect(bob, () => process)]
    await connected(a, b)
    const room = await create(a)
    const [ownScreen, screen] = [new Screen(), new Screen()]
    const own = a.follow({ room }, ownScreen)
    await world.until('it is followed', () => own.right === 'post')
    isSlow = true
    b.follow({ room }, screen)
    await isRead.promise
    isSlow = false
    const posted = own.append(bytes('one'))
    // The world's clock stops while a store works.
    while (ownScreen.texts.length === 0) {
      await new Promise(setImmediate)
      await world.clock.advance(10)
    }
    await posted
    answer.resolve()
    await world.until('it has come', () => screen.texts.length === 1)
    expect(screen.problems).toEqual([])
  })

  test('shows its newest entries first to those who were away, and then all', async () => {
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    await Promise.all(
      Array.from({ length: 2500 }, (_, at) => stores.rooms.append(room, id(16), bytes(`${at}`))),
    )
    const screen = new SlowScreen()
    const log = a.follow({ room, screen: 50 }, screen)
    await world.until('it is asked for older ones', () => screen.isAsked)
    const numbers = (from: number, length: number) => Array.from({ length }, (_, at) => from + at)
    expect(screen.order).toEqual(numbers(2451, 50))
    await stores.rooms.append(room, id(16), bytes('meanwhile'))
    screen.open.resolve()
    await world.until('it has all', () => log.isCaughtUp && log.since === 2501)
    const [newest, older] = [screen.order.slice(0, 50), screen.order.filter(each => each < 2451)]
    expect(newest).toEqual(numbers(2451, 50))
    expect(older).toEqual(numbers(1, 2450))
    expect(screen.texts).toHaveLength(2501)
    expect(screen.caught).toBe(1)
    expect(log.parts).toHaveLength(1)
    // It continues reading after what it has.
    a.leave(log)
    await stores.rooms.append(room, id(16), bytes('later'))
    const more = new Screen()
    const again = a.follow({ room, parts: log.parts }, more)
    await world.until('it has the last', () => again.isCaughtUp && again.since === 2502)
    expect(more.texts).toEqual(['later'])
  })

  test('is followed, and an inbox is read, though the database does not answer at first', async () => {
    const failures = { rooms: 2, inbox: 2 }
    const unavailable = async () => {
      throw new RoomError('unavailable', 'The database does not answer')
    }
    const { rooms, inboxes } = stores
    const failing = {
      rooms: withMethod(rooms, 'getMany', ids => (failures.rooms-- > 0 ? unavailable() : rooms.getMany(ids))),
      inboxes: withMethod(inboxes, 'read', (...given) =>
        failures.inbox-- > 0 ? unavailable() : inboxes.read(...given),
      ),
    }
    const process = world.start({ stores: failing })
    const device = id()
    await inboxes.open(device)
    await inboxes.deliver([{ device, clientId: id(16), bytes: bytes('x') }])
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    const got: string[] = []
    const listener: ClientListener = { inbox: entries => void got.push(...contents(entries)) }
    const b = connect({ did: bob.did, sessionId: 'b', device }, () => process, listener)
    await connected(b)
    const screen = new Screen()
    const log = b.follow({ room }, screen)
    await settled(log.append(bytes('one')))
    await world.until('the inbox has been read', () => got.length === 1)
    expect(screen.problems).toEqual([])
    for (const left of Object.values(failures)) expect(left).toBeLessThan(0)
  })

  test('takes entries again soon after the database was away, however many wait', async () => {
    const { rooms } = stores
    let isAway = true
    let refusals = 0
    const append: typeof rooms.append = async (...given) => {
      if (!isAway) return rooms.append(...given)
      refusals++
      throw new RoomError('unavailable', 'The database does not answer')
    }
    const process = world.start({
      stores: { rooms: withMethod(rooms, 'append', append), inboxes: stores.inboxes },
    })
    const [a, b] = [connect(ann), connect(bob, () => process)]
    await connected(a, b)
    const log = b.follow({ room: await create(a) }, new Screen())
    await world.until('it is followed', () => log.right === 'post')
    const posted = Promise.all(Array.from({ length: 16 }, (_, at) => log.append(bytes(`${at}`))))
    // The second time, only the first one is tried: the others have to follow it.
    await world.until('all are refused twice', () => refusals > 1)
    isAway = false
    const healedMs = world.clock.nowMs()
    await settled(posted)
    expect(world.clock.nowMs() - healedMs).toBeLessThan(5000)
  })

  test('has an entry once that was sent twice', async () => {
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    const screen = new Screen()
    const log = a.follow({ room }, screen)
    const clientId = id(16)
    const once = await settled(log.append(bytes('once'), clientId))
    expect(await settled(log.append(bytes('once'), clientId))).toEqual(once)
    await expect(settled(log.append(bytes('other'), clientId))).rejects.toMatchObject({ code: 'conflict' })
    await world.until('it has arrived', () => screen.log.length === 2)
    expect((await stores.rooms.get(room)).head.sequence).toBe(1)
  })

  test('brings volatile messages to the others who are there, and stores none', async () => {
    world.start()
    const [a, b, c] = [connect(ann), connect(bob), connect(eve, () => 1)]
    await connected(a, b, c)
    const room = await create(a)
    const screens = [new Screen(), new Screen(), new Screen()]
    const logs = [a, b, c].map((client, at) => client.follow({ room }, screens[at]!))
    await world.until('all follow', () => logs.every(({ right }) => right === 'post'))
    logs[0]!.sendVolatile(bytes('typing'))
    await world.until(
      'the others have it',
      () => screens[1]!.volatiles.length + screens[2]!.volatiles.length === 2,
    )
    expect(screens.map(({ volatiles }) => volatiles)).toEqual([[], ['typing'], ['typing']])
    expect((await stores.rooms.get(room)).head.sequence).toBe(0)
  })

  test('tells a client that reads slowly to read, and pushes nothing', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    const room = await create(a)
    const screen = new Screen()
    const [log, other] = [a.follow({ room }, new Screen()), b.follow({ room }, screen)]
    await world.until('both follow', () => log.right === 'post' && other.right === 'post')
    const appended = log.append(bytes('one'))
    await settled(appended)
    await world.until('it came', () => screen.log.length === 2)
    world.waitingBytes = 2 << 20
    // Requests are refused, too, so another way is used.
    await stores.rooms.append(room, id(16), bytes('two'))
    await world.clock.advance(20_000)
    expect(screen.log).toHaveLength(2)
    world.waitingBytes = 0
    world.drained()
    await world.until('it has read', () => screen.log.length === 3)
  })
})

describe('who may use a room', () => {
  const secret = id()
  const tokens = (room: Uint8Array) => ({
    manage: roomToken(secret, world.key.publicKey, room, 'manage'),
    read: roomToken(secret, world.key.publicKey, room, 'read'),
    post: roomToken(secret, world.key.publicKey, room, 'post'),
  })

  test('is decided by secrets, of which the hub keeps hashes', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    // A room's token contains its id, which the creator knows beforehand.
    const salt = id()
    const named = { creator: ann.did, salt, kind: 'group' }
    const room = roomId(named)
    const all = tokens(room)
    await settled(a.request('create', { ...named, access: accessOf(all), after: null, home: null }))
    const screens = new Map<string, Screen>()
    const follow = (name: string, token: Uint8Array | null) => {
      const screen = new Screen()
      screens.set(name, screen)
      return b.follow({ room, token }, screen)
    }
    const stranger = follow('stranger', null)
    await world.until('it is refused', () => screens.get('stranger')!.problems.length === 1)
    expect(screens.get('stranger')!.problems[0]).toMatchObject({ code: 'not-found' })
    b.leave(stranger)
    const reader = follow('reader', all.read)
    await world.until('it reads', () => reader.right === 'read')
    await expect(settled(reader.append(bytes('x')))).rejects.toMatchObject({ code: 'forbidden' })
    await expect(
      settled(b.request('change', { room, access: openAccess, slowMs: null, home: null })),
    ).rejects.toMatchObject({ code: 'forbidden' })
    b.leave(reader)
    const poster = follow('poster', all.post)
    await world.until('it posts', () => poster.right === 'post')
    await settled(poster.append(bytes('hello')))
    const stored = await stores.rooms.get(room)
    for (const token of Object.values(all))
      expect(Object.values(stored.access).some(hash => Buffer.compare(hash!, token) === 0)).toBe(false)

    // A manager changes the secrets, and members with old ones lose access at once.
    const manager = a.follow({ room, token: all.manage }, new Screen())
    await world.until('it manages', () => manager.right === 'manage')
    const later = { ...accessOf({ manage: all.manage, read: id(), post: id() }) }
    await settled(a.request('change', { room, access: later, slowMs: null, home: null }))
    await world.until('it is out', () => poster.right === null)
    expect(screens.get('poster')!.problems[0]).toMatchObject({ code: 'forbidden' })
    expect(manager.right).toBe('manage')
  })

  test('are not needed to remove a room for a transfer, which only its creator does', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    const named = { creator: ann.did, salt: id(), kind: 'transfer' }
    const room = roomId(named)
    const all = tokens(room)
    await settled(a.request('create', { ...named, access: accessOf(all), after: null, home: null }))
    const screen = new Screen()
    const log = b.follow({ room, token: all.read }, screen)
    await world.until('it reads', () => log.right === 'read')
    const group = { ...named, kind: 'group' }
    await settled(a.request('create', { ...group, access: openAccess, after: null, home: null }))
    for (const [client, name] of [
      [b, named],
      [a, group],
    ] as const)
      await expect(settled(client.request('remove', name))).rejects.toMatchObject({ code: 'forbidden' })
    await settled(a.request('remove', named))
    await world.until('it hears', () => screen.problems.length === 1)
    expect([screen.problems[0]!.code, log.right]).toEqual(['not-found', null])
    await expect(stores.rooms.get(room)).rejects.toMatchObject({ code: 'not-found' })
    await stores.rooms.get(roomId(group))
    // Sent again: the first answer may have been lost.
    await settled(a.request('remove', named))
  })

  test('that was replaced reads what there was, if a manager says so', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    const salt = id()
    const room = roomId({ creator: ann.did, salt, kind: 'group' })
    const before = tokens(room)
    const access = accessOf(before)
    const named = { creator: ann.did, salt, kind: 'group' }
    await settled(a.request('create', { ...named, access, after: null, home: null }))
    const manager = a.follow({ room, token: before.manage }, new Screen())
    await world.until('it manages', () => manager.right === 'manage')
    for (const said of ['one', 'two']) await settled(manager.append(bytes(said)))
    const later = { ...accessOf({ manage: id(), read: id(), post: id() }) }
    const change = { room, access: later, keepsReaders: true, slowMs: null, home: null }
    await settled(a.request('change', change))
    await stores.rooms.append(room, id(16), bytes('three'))

    const screen = new Screen()
    const reader = b.follow({ room, token: before.post }, screen)
    await world.until('it reads', () => screen.order.length === 2)
    await stores.rooms.append(room, id(16), bytes('four'))
    await world.clock.advance(60_000)
    expect([reader.right, screen.order.length, reader.isCaughtUp]).toEqual(['read', 2, true])
    await expect(settled(reader.append(bytes('x')))).rejects.toMatchObject({ code: 'forbidden' })
    // A third-party client requests more than the hub named.
    const link = await world.connect(eve)(
      { received() {}, closed() {} },
      { signal: new AbortController().signal },
    )
    const ask = (name: string, input: object) =>
      settled(link.request(name as 'read', { room, ...input } as never))
    expect(await ask('follow', { rooms: [{ room, token: before.post }] })).toHaveProperty('ok')
    for (const input of [
      { since: 2, before: null, limit: 100 },
      { since: 3, before: null, limit: 1 },
    ])
      expect(await ask('read', input)).toMatchObject({ error: { code: 'forbidden' } })
    expect(await ask('head', { sequence: 3 })).toMatchObject({ error: { code: 'forbidden' } })
    for (const input of [
      { since: null, before: 5, limit: 100 },
      { since: null, before: null, limit: 100 },
      { since: 1, before: null, limit: 100 },
    ]) {
      const { ok } = (await ask('read', input)) as unknown as { ok: SentPart }
      expect([ok.after + ok.entries.length, ok.last]).toEqual([2, 2])
    }
    link.close()
  })

  test('creates rooms in no other name', async () => {
    const a = connect(ann)
    await connected(a)
    await expect(create(a, bob.did)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('is slowed down, except who manages the room', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    const manage = id()
    const room = await create(a, ann.did, accessOf({ manage }))
    const [log, other] = [a.follow({ room, token: manage }, new Screen()), b.follow({ room }, new Screen())]
    await world.until('both follow', () => log.right === 'manage' && other.right === 'post')
    await settled(a.request('change', { room, access: null, slowMs: 60_000, home: null }))
    await settled(other.append(bytes('one')))
    const waits = other.append(bytes('two'))
    await settled(log.append(bytes('three')))
    await settled(log.append(bytes('four')))
    await world.quiet()
    expect(other.unacknowledged).toBe(1)
    await world.clock.advance(60_000)
    await settled(waits)
    const { entries } = await stores.rooms.read(room, 0)
    expect(contents(entries)).toEqual(['one', 'three', 'four', 'two'])
  })

  test('is slowed down by all processes together', async () => {
    const limited = { appends: { perSecond: 0.001, most: 4 } }
    const [one, other] = [0, 1].map(() => world.start({ limits: limited }))
    const manage = id()
    const creator = connect(ann)
    const [a, b] = [connect(bob, () => one!), connect(bob, () => other!)]
    await connected(creator, a, b)
    const room = await create(creator, ann.did, accessOf({ manage }))
    const managed = creator.follow({ room, token: manage }, new Screen())
    const [onOne, onOther] = [a.follow({ room }, new Screen()), b.follow({ room }, new Screen())]
    await world.until('all follow', () => [managed, onOne, onOther].every(({ right }) => right !== null))
    await settled(onOne.append(bytes('one')))
    await settled(onOne.append(bytes('two')))
    await settled(onOther.append(bytes('three')))
    await world.quiet()
    await settled(onOther.append(bytes('four')))
    await world.quiet()
    // The bucket of four is empty in all processes: the fifth entry is queued in the client.
    for (const log of [onOne, onOther]) {
      const waits = log.append(bytes('five'))
      waits.catch(() => {})
      await world.quiet()
      expect(log.unacknowledged).toBe(1)
    }
    await settled(creator.request('change', { room, access: null, slowMs: 60_000, home: null }))
    const [c, d] = [connect(eve, () => one!), connect(eve, () => other!)]
    const [first, second] = [c.follow({ room }, new Screen()), d.follow({ room }, new Screen())]
    await world.until('both follow', () => first.right !== null && second.right !== null)
    await settled(first.append(bytes('six')))
    await world.quiet()
    const waits = second.append(bytes('seven'))
    await world.quiet()
    expect(second.unacknowledged).toBe(1)
    // Without the others, each process counts separately.
    world.isChannelCut = true
    await world.clock.advance(60_000)
    await settled(waits)
    await world.clock.advance(60_000)
    await settled(first.append(bytes('eight')))
    await settled(second.append(bytes('nine')))
  })

  test('ends with the session', async () => {
    const ended: string[] = []
    const [a, b] = [connect(ann), connect(bob, () => 0, { ended: ({ code }) => void ended.push(code) })]
    await connected(a, b)
    world.ended.add(bob.did)
    world.services[0]!.checkAccount(bob.did)
    await world.until('it has ended', () => ended.length === 1)
    expect(ended).toEqual(['unauthorized'])
    await world.clock.advance(120_000)
    expect([a.isConnected, b.isConnected]).toEqual([true, false])
  })
})

describe('a room that moves', () => {
  test('says where it is, can be read, and continues there', async () => {
    const device = KeyPair.generate()
    world.setDeviceKeys(ann.did, [device.publicKey])
    const a = connect(ann)
    await connected(a)
    const named = { creator: ann.did, salt: id(), kind: 'group' }
    const manage = id()
    const home = (number: number, hub: string, signer = device) =>
      signRoomHome({ ...named, number, hub, issued: 1 }, signer)
    const first = home(1, 'https://here.example')
    const { room } = await settled(
      a.request('create', { ...named, access: accessOf({ manage }), after: null, home: first }),
    )
    const screen = new Screen()
    const log = a.follow({ room, token: manage }, screen)
    await settled(log.append(bytes('here')))
    const change = (signed: Uint8Array) =>
      settled(a.request('change', { room, access: null, slowMs: null, home: signed }))
    await expect(change(home(2, 'https://there.example', KeyPair.generate()))).rejects.toMatchObject({
      code: 'forbidden',
    })
    const second = home(2, 'https://there.example')
    await change(second)
    await world.until('it has heard', () => screen.problems.length === 1)
    expect(screen.problems[0]).toMatchObject({ code: 'moved' })
    a.leave(log)
    const reader = new Screen()
    const again = a.follow({ room, token: manage }, reader)
    await world.until('it is read', () => again.isCaughtUp && reader.log.length === 2)
    expect(reader.about).toMatchObject({ moved: true, home: second, last: 1 })

    // At the other hub, the log continues after the same entry.
    const elsewhere = { ...named, salt: id() }
    const after = { sequence: 1, hash: id() }
    const there = await settled(a.request('create', { ...elsewhere, access: openAccess, after, home: null }))
    const next = a.follow({ room: there.room }, new Screen())
    expect(await settled(next.append(bytes('there')))).toMatchObject({ sequence: 2 })
  })
})

describe('a hub that lies', () => {
  test('is proved by two heads that it signed for one entry', async () => {
    const [a, b] = [connect(ann), connect(bob)]
    await connected(a, b)
    const room = await create(a)
    const [one, other] = [new Screen(), new Screen()]
    const [logA, logB] = [a.follow({ room }, one), b.follow({ room }, other)]
    await settled(logA.append(bytes('to all')))
    await world.until('both have it', () => one.log.length === 2 && other.log.length === 2)
    // Bob's copy agrees with the one that Ann receives.
    const signed = logB.parts[0]!.signed!
    await settled(logA.compare(signed))
    const lie = signHead({ room, sequence: 1, hash: id() }, world.key, 5)
    const failed = settled(logA.compare(lie))
    await expect(failed).rejects.toBeInstanceOf(ForkedLog)
    await expect(failed).rejects.toMatchObject({
      proof: { hub: world.key.publicKey, room, sequence: 1 },
      heads: [expect.any(Uint8Array), lie],
    })
    const foreign = signHead({ room, sequence: 1, hash: id() }, KeyPair.generate(), 5)
    await expect(settled(logA.compare(foreign))).rejects.toMatchObject({ code: 'other-hub' })
  })

  test('that shows another log after a reconnect is caught with the proof', async () => {
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    const screen = new Screen()
    const log = a.follow({ room }, screen)
    for (const text of ['one', 'two']) await settled(log.append(bytes(text)))
    await world.until('all has arrived', () => log.since === 2)
    const real = await stores.rooms.read(room, 0)
    const lying = world.start({
      stores: { rooms: await forge(room, real.entries[0]!), inboxes: stores.inboxes },
    })
    a.close()
    const later = new Screen()
    const client = connect(ann, () => lying)
    const again = client.follow({ room, parts: log.parts }, later)
    await world.until('it is caught', () => later.problems.length > 0)
    const [problem] = later.problems
    expect(problem).toBeInstanceOf(ForkedLog)
    expect((problem as ForkedLog).proof).toMatchObject({ room, sequence: 2 })
    expect(again.since).toBe(2)
    expect(later.texts).toEqual([])
  })

  test('that shows another log of the same length is caught at once', async () => {
    const a = connect(ann)
    await connected(a)
    const room = await create(a)
    const log = a.follow({ room }, new Screen())
    for (const text of ['one', 'two', 'three']) await settled(log.append(bytes(text)))
    await world.until('all has arrived', () => log.since === 3)
    const real = await stores.rooms.read(room, 0)
    const lying = world.start({
      stores: { rooms: await forge(room, real.entries[0]!), inboxes: stores.inboxes },
    })
    a.close()
    const later = new Screen()
    connect(ann, () => lying).follow({ room, parts: log.parts }, later)
    await world.until('it is caught', () => later.problems.length > 0)
    expect(later.problems[0]).toMatchObject({ code: 'forked-log', proof: { room, sequence: 3 } })
  })
})

/** A log that starts like the real one, and then diverges. */
async function forge(room: Uint8Array, first: LogEntry): Promise<TestStores['rooms']> {
  const entries = [first]
  for (const text of ['two!', 'three!']) {
    const last = entries.at(-1)!
    const entry = {
      sequence: last.sequence + 1,
      clientId: id(16),
      postedMs: last.postedMs,
      bytes: bytes(text),
    }
    entries.push({ ...entry, hash: entryHash(last.hash, entry) })
  }
  const real = await stores.rooms.get(room)
  const last = entries.at(-1)!
  const head = { room, sequence: last.sequence, hash: last.hash }
  const forged = { ...real, head }
  const at = (sequence: number) => ({
    room,
    sequence,
    hash: sequence === 0 ? room : entries[sequence - 1]!.hash,
  })
  return {
    getMany: async () => [forged],
    read: async (_: Uint8Array, since: number) => ({
      ...{ entries: entries.slice(since), after: at(since), room: forged },
    }),
    readBefore: async () => ({ entries, after: at(0), room: forged }),
    headAt: async (_: Uint8Array, sequence: number) => at(sequence),
  } as unknown as TestStores['rooms']
}

describe('an inbox', () => {
  test('brings entries to its device, also over another process, and only to it', async () => {
    world.start()
    const got: SentInboxEntry[] = []
    const others: SentInboxEntry[] = []
    const a = connect(ann)
    const b = connect(bob, () => 1, { inbox: entries => void got.push(...entries) })
    const e = connect(eve, () => 1, { inbox: entries => void others.push(...entries) })
    await connected(a, b, e)
    const delivery = { device: bob.device!, clientId: id(16), bytes: bytes('welcome') }
    const nobody = { ...delivery, device: id() }
    expect(await settled(a.request('deliver', { deliveries: [delivery, nobody, delivery] }))).toEqual({
      outcomes: ['delivered', 'unknown', 'repeated'],
    })
    await world.until('it came', () => got.length === 1)
    expect(contents(got)).toEqual(['welcome'])
    await settled(b.taken(got[0]!.sequence))
    expect(await stores.inboxes.read(bob.device!)).toEqual([])
    expect(others).toEqual([])
    const c = connect({ ...eve, device: null })
    await connected(c)
    await expect(settled(c.taken(1))).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('is read when its device connects, though its wake-up was lost', async () => {
    world.start()
    const got: SentInboxEntry[] = []
    const device = id()
    const [a, b] = [
      connect(ann),
      connect({ ...bob, device }, () => 1, { inbox: entries => void got.push(...entries) }),
    ]
    await connected(a, b)
    world.isChannelCut = true
    const deliver = (text: string) =>
      settled(a.request('deliver', { deliveries: [{ device, clientId: id(16), bytes: bytes(text) }] }))
    await deliver('one')
    world.cut(1)
    await world.until('it came', () => got.length === 1)
    await deliver('two')
    await world.clock.advance(300_000)
    await world.until('it is read now and then', () => got.length === 2)
    expect(contents(got)).toEqual(['one', 'two'])
  })

  test('is read soon after processes could not reach each other', async () => {
    const given = { isAway: false, joins: 1 }
    const published: Uint8Array[] = []
    const number = world.start({
      openChannel: () => ({
        get state() {
          return given.isAway ? 'away' : 'joined'
        },
        get joins() {
          return given.joins
        },
        publish: frame => void published.push(frame),
      }),
    })
    const device = id()
    const elsewhere = id()
    const got: string[] = []
    const b = connect({ ...bob, device }, () => number, {
      inbox: entries => void got.push(...contents(entries)),
    })
    await connected(b)
    await stores.inboxes.open(elsewhere)
    given.isAway = true
    const deliveries = [{ device: elsewhere, clientId: id(16), bytes: bytes('for another') }]
    await settled(b.request('deliver', { deliveries }))
    // Another process delivers, but cannot report it.
    await stores.inboxes.deliver([{ device, clientId: id(16), bytes: bytes('for this one') }])
    Object.assign(given, { isAway: false, joins: 2 })
    await world.clock.advance(15_000)
    await world.until('it has been read', () => got.length === 1)
    expect(published.map(readWake)).toEqual([{ kind: 'inbox', devices: [elsewhere] }])
    await world.clock.advance(15_000)
    expect(published.length).toBe(1)
  })

  test('cannot be flooded by one account', async () => {
    const flooding = {
      // A slow disk lets minutes of the virtual clock pass.
      deliveriesPerDevice: { perSecond: 0.001, most: 3 },
      deliveries: { perSecond: 0.001, most: 8 },
    }
    const limited = world.start({ limits: flooding })
    const [a, b] = [connect(ann, () => limited), connect({ ...bob, device: id() }, () => limited)]
    await connected(a, b)
    const device = id()
    await stores.inboxes.open(device)
    const deliveries = Array.from({ length: 5 }, () => ({ device, clientId: id(16), bytes: bytes('x') }))
    expect(await settled(a.request('deliver', { deliveries }))).toEqual({
      outcomes: ['delivered', 'delivered', 'delivered', 'refused', 'refused'],
    })
    await expect(settled(a.request('deliver', { deliveries }))).rejects.toMatchObject({
      code: 'too-many-requests',
    })
    expect((await stores.inboxes.read(device)).length).toBe(3)
  })
})

describe('a flood of one account', () => {
  const spent = { perSecond: 0.001, most: 3 }
  const codes = (answers: readonly unknown[]) =>
    answers.map(answer => (answer as { readonly error?: { readonly code: string } }).error?.code ?? 'ok')

  async function linked(limits: Partial<ServiceLimits>) {
    const number = world.start({ limits })
    const events = { received() {}, closed() {} }
    const { signal } = new AbortController()
    const link = await world.connect(ann, () => number)(events, { signal })
    const { id: room } = await stores.rooms.create({ creator: ann.did, salt: id(), kind: 'group' })
    const follow = { rooms: [{ room, token: null }] }
    await settled(link.request('follow', follow))
    return { link, room, number }
  }

  test('gets no more connections than allowed, and others get in', async () => {
    const number = world.start({ limits: { connectionsPerAccount: 2 } })
    const own = [0, 1, 2].map(() => connect(ann, () => number))
    await world.until('two are connected', () => own.filter(({ isConnected }) => isConnected).length === 2)
    await connected(connect(bob, () => number))
    await world.clock.advance(60_000)
    expect(world.services[number]!.counts().connections).toBe(3)
  })

  test('stores no more entries than allowed', async () => {
    const { link, room } = await linked({ appends: spent })
    const append = () => link.request('append', { room, clientId: id(16), bytes: bytes('x') })
    const answers = await settled(Promise.all(Array.from({ length: 5 }, append)))
    expect(codes(answers)).toEqual(['ok', 'ok', 'ok', 'too-many-requests', 'busy'])
    expect((await stores.rooms.get(room)).head.sequence).toBe(3)
  })

  test('has few requests under way', async () => {
    const { link, room } = await linked({ requestsAtOnce: 2 })
    const ids = [id(16), id(16), id(16)]
    const append = (clientId: Uint8Array) => link.request('append', { room, clientId, bytes: bytes('x') })
    const answers = await settled(Promise.all(ids.map(append)))
    expect(codes(answers)).toEqual(['ok', 'ok', 'busy'])
    expect(codes([await settled(append(ids[2]!))])).toEqual(['ok'])
  })

  test('keeps its entries in order when one is refused for the moment', async () => {
    const { link, room } = await linked({ appends: { perSecond: 1, most: 1 } })
    const ids = [id(16), id(16), id(16)]
    const append = (at: number) =>
      settled(link.request('append', { room, clientId: ids[at]!, bytes: bytes(`${at}`) }))
    expect(codes([await append(0), await append(1)])).toEqual(['ok', 'too-many-requests'])
    await world.clock.advance(5000)
    // It would be its turn, but it must not overtake the refused one.
    expect(codes([await append(2), await append(1)])).toEqual(['busy', 'ok'])
    await world.clock.advance(5000)
    expect(codes([await append(2)])).toEqual(['ok'])
    const { entries } = await stores.rooms.read(room, 0, 10)
    expect(entries.map(entry => Buffer.from(entry.bytes).toString())).toEqual(['0', '1', '2'])
  })

  test('keeps the order of entries that arrive in one turn, while its rate recovers', async () => {
    const number = world.start({ limits: { appends: { perSecond: 1, most: 1 } } })
    const { id: room } = await stores.rooms.create({ creator: ann.did, salt: id(), kind: 'group' })
    const connection = { waitingBytes: 0, isBusy: false, send() {}, close() {} }
    const session = world.services[number]!.connect(connection, ann)!
    await session.request('follow', { rooms: [{ room, token: null }] })
    const append = (text: string) =>
      session.request('append', { room, clientId: bytes(text.repeat(16)), bytes: bytes(text) })
    await append('a')
    // One turn, in which no promise settles.
    const refused = append('b')
    const nowMs = world.clock.nowMs()
    vi.spyOn(world.clock, 'nowMs').mockReturnValue(nowMs + 5000)
    const answers = await Promise.all([refused, append('c'), append('b')])
    expect(answers).toMatchObject([
      { error: { code: 'too-many-requests' } },
      { error: { code: 'busy' } },
      { ok: { sequence: 2 } },
    ])
    world.services[number]!.disconnected(session)
  })

  test('does not wait for an entry that it has when a copy of it is refused', async () => {
    const { link, room } = await linked({ appends: { perSecond: 1, most: 1 } })
    const first = id(16)
    const append = (clientId: Uint8Array) =>
      settled(link.request('append', { room, clientId, bytes: bytes('x') }))
    expect(codes([await append(first), await append(first)])).toEqual(['ok', 'too-many-requests'])
    await world.clock.advance(5000)
    expect(codes([await append(id(16))])).toEqual(['ok'])
  })

  test('loses no order to an entry that is refused for good, nor after leaving', async () => {
    const { link, room } = await linked({ appends: { perSecond: 1, most: 1 } })
    const [first, second] = [id(16), id(16)]
    const append = (clientId: Uint8Array, text: string) =>
      settled(link.request('append', { room, clientId, bytes: bytes(text) }))
    expect(codes([await append(id(16), 'a'), await append(first, 'b')])).toEqual(['ok', 'too-many-requests'])
    await settled(link.request('leave', { rooms: [room] }))
    await settled(link.request('follow', { rooms: [{ room, token: null }] }))
    await world.clock.advance(5000)
    expect(codes([await append(second, 'c')])).toEqual(['ok'])
    expect(codes([await append(first, 'b')])).toEqual(['too-many-requests'])
    await world.clock.advance(5000)
    // Different bytes under a known id.
    await stores.rooms.append(room, first, bytes('other'))
    expect(codes([await append(first, 'b')])).toEqual(['conflict'])
    await world.clock.advance(5000)
    expect(codes([await append(id(16), 'd')])).toEqual(['ok'])
  })

  test('passes on few volatile messages', async () => {
    const { link, room, number } = await linked({ volatiles: spent })
    const screen = new Screen()
    const b = connect(bob, () => number)
    const log = b.follow({ room }, screen)
    await world.until('it follows', () => log.right === 'post')
    for (let at = 0; at < 5; at++) link.volatile(room, bytes(`${at}`))
    await world.quiet()
    expect(screen.volatiles).toEqual(['0', '1', '2'])
    link.close()
  })
})

test('a hub that stops answers what is under way, and its clients go to another process', async () => {
  world.start()
  let process = 0
  const [a, b] = [connect(ann, () => process), connect(bob, () => process)]
  await connected(a, b)
  const room = await create(a)
  const screens = [new Screen(), new Screen()]
  const logs = [a.follow({ room }, screens[0]!), b.follow({ room }, screens[1]!)]
  await world.until('both follow', () => logs.every(({ right }) => right === 'post'))
  const posted = Array.from({ length: 50 }, (_, at) => logs[at % 2]!.append(bytes(`${at}`)))
  process = 1
  const drained = world.services[0]!.drain(3000)
  await settled(Promise.all([...posted, drained]))
  for (const screen of screens) await world.until('it has all', () => screen.log.length === 51)
  const connections = () => world.services.map(service => service.counts().connections)
  await world.until('both are at the other one', () => connections().join() === '0,2')
  expect((await stores.rooms.get(room)).head.sequence).toBe(50)
})

describe('a hub that drains', () => {
  /** Connects, and records when clients are asked to return, in milliseconds from then. */
  function askedTimes(times: number[], process = () => 0): Connect {
    return (events, options) =>
      world.connect(ann, process)(
        {
          ...events,
          received(name, body) {
            if (name === 'stopping') times.push((body as { afterMs: number }).afterMs)
            events.received(name, body)
          },
        },
        options,
      )
  }
  const clientOf = (connect: Connect, listener: ClientListener = {}) => {
    const client = new RoomsClient({ connect, clock: world.clock, random: world.random }, listener)
    clients.push(client)
    return client
  }

  test('names different times to return, and its clients return at them', async () => {
    world.start()
    const times: number[] = []
    let process = 0
    const lost: number[] = []
    const returned: number[] = []
    const all = Array.from({ length: 10 }, () =>
      clientOf(
        askedTimes(times, () => process),
        {
          connected: () => void (process === 1 && returned.push(world.clock.nowMs())),
          disconnected: () => void lost.push(world.clock.nowMs()),
        },
      ),
    )
    await connected(...all)
    process = 1
    await settled(world.services[0]!.drain(0))
    await world.until('all are lost', () => lost.length === 10)
    await world.until('all are back', () => returned.length === 10)
    expect(times).toHaveLength(10)
    for (const ms of times) expect(ms).toSatisfy((some: number) => some >= 1000 && some <= 10_000)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(3000)
    const due = times.map((ms, at) => lost[at]! + ms).sort((a, b) => a - b)
    for (const [at, ms] of returned.entries()) {
      expect(ms).toBeGreaterThanOrEqual(due[at]!)
      expect(ms).toBeLessThan(due[at]! + 600)
    }
  })

  test('asks those who come while it stops to return later', async () => {
    await world.services[0]!.drain(0)
    const closed = vi.fn()
    const sent: string[] = []
    const connection = { waitingBytes: 0, isBusy: false, close: closed }
    const send = ({ name }: { name: string }) => void sent.push(name)
    expect(world.services[0]!.connect({ ...connection, send }, ann)).toBeNull()
    expect([sent, closed.mock.calls]).toEqual([['stopping'], [['stopping']]])
  })

  test.each([
    ['a time', { afterMs: 20_000 }, 20_000],
    ['a time without end', { afterMs: Number.MAX_SAFE_INTEGER }, 900_000],
    ['a negative time', { afterMs: -1 }, 0],
    ['no number', { afterMs: 'soon' }, 0],
    ['infinity', { afterMs: Number.POSITIVE_INFINITY }, 0],
    ['nothing', null, 0],
  ])('is obeyed within bounds: %s', async (_, body, pauseMs) => {
    let connections = 0
    let events: LinkEvents | undefined
    const client = clientOf((given, options) => {
      connections++
      events = given
      return world.connect(ann)(given, options)
    })
    await connected(client)
    events!.received('stopping', body)
    events!.closed('transport close', false)
    if (pauseMs > 0) await world.clock.advance(pauseMs - 1)
    expect(connections).toBe(1)
    await world.clock.advance(501)
    expect(connections).toBe(2)
    // The next connection has not asked for a pause.
    await connected(client)
    events!.closed('transport close', false)
    await world.clock.advance(1000)
    expect(connections).toBe(3)
  })
})

test('a client whose login is not answered logs in again', async () => {
  world.start()
  const process = () => 0
  let logins = 0
  const silentAtFirst: Connect = (events, options) =>
    logins++ === 0 ? new Promise(() => {}) : world.connect(ann, process)(events, options)
  const client = new RoomsClient({ connect: silentAtFirst, clock: world.clock, random: world.random })
  clients.push(client)
  await world.clock.advance(62_000)
  await connected(client)
  expect(logins).toBe(2)
})
