/** Contract tests of room logs, cursors and inboxes, for any database. */

import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import { hex } from '@shoal/torrent/base'
import { expect, test } from 'vitest'
import { entryHash, type LogEntry, signRoomHome, verifyEntries } from '../log/log.ts'
import type { TestPlace } from './place.ts'
import type { StoreOptions, TestStores } from './stores.ts'

const ANN = KeyPair.generate()

const bytes = (text: string) => new TextEncoder().encode(text)
const id16 = () => new Uint8Array(randomBytes(16))
const id32 = () => new Uint8Array(randomBytes(32))
const name = () => ({ creator: ANN.did, salt: id32(), kind: 'group' })
const texts = (entries: readonly { bytes: Uint8Array }[]) =>
  entries.map(entry => new TextDecoder().decode(entry.bytes))

export function testRooms(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores) => Promise<void>, options?: StoreOptions) =>
    test(what, async () => {
      await using stores = await place().open(options)
      await run(stores)
    })

  withStores('a room is created once, and is what its creator named', async ({ rooms }) => {
    const named = name()
    const room = await rooms.create(named)
    expect(room).toMatchObject({ kind: 'group', bytes: 0, home: null, moved: false })
    expect(room.head).toEqual({ room: room.id, sequence: 0, hash: room.id })
    await rooms.append(room.id, id16(), bytes('hello'))
    expect((await rooms.create(named)).head.sequence).toBe(1)
    expect((await rooms.create({ ...named, kind: 'share' })).id).not.toEqual(room.id)
    await expect(rooms.get(id32())).rejects.toMatchObject({ code: 'not-found' })
    await expect(rooms.create({ ...named, kind: 'No kind' })).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores('a room remembers who may use it, and how often', async ({ rooms }) => {
    const named = name()
    const access = { manage: id32(), read: null, post: id32() }
    const { id } = await rooms.create(named, { access })
    expect(await rooms.create(named)).toMatchObject({ access, slowMs: 0 })
    expect(await rooms.change(id, { slowMs: 5000 })).toMatchObject({ access, slowMs: 5000 })
    const later = { manage: id32(), read: id32(), post: null }
    expect(await rooms.change(id, { access: later })).toMatchObject({ access: later, slowMs: 5000 })
    const other = await rooms.create(name())
    expect(other.access).toEqual({ manage: null, read: null, post: null })
    const found = await rooms.getMany([id32(), id, other.id, id])
    expect(new Set(found.map(room => hex(room.id)))).toEqual(new Set([id, other.id].map(hex)))
    // A former secret can still read the entries of its time.
    await rooms.append(id, id16(), bytes('one'))
    const renewed = await rooms.change(id, { access, keepsReaders: true })
    const earlier = { hashes: [later.manage, later.read], through: 1 }
    expect([renewed.access, renewed.earlier]).toEqual([access, [earlier]])
    expect((await rooms.get(id)).earlier).toEqual([earlier])
    expect((await rooms.change(id, { slowMs: 1 })).earlier).toEqual([earlier])
    for (let n = 0; n < 70; n++) await rooms.change(id, { access: later, keepsReaders: true })
    expect((await rooms.get(id)).earlier).toHaveLength(64)
    expect((await rooms.change(id, { access })).earlier).toEqual([])
    expect(await rooms.getMany([])).toEqual([])
    for (const wrong of [{ slowMs: -1 }, { slowMs: 86_400_001 }, { access: { ...later, read: id16() } }])
      await expect(rooms.change(id, wrong)).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(rooms.change(id32(), {})).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('entries are numbered without gaps and chained', async ({ rooms }) => {
    const { id } = await rooms.create(name())
    const posted = Array.from({ length: 30 }, (_, at) => bytes(`entry ${at}`))
    const appended = await Promise.all(posted.map(each => rooms.append(id, id16(), each)))
    expect(appended.map(({ sequence }) => sequence)).toEqual(posted.map((_, at) => at + 1))
    const { entries, after, room } = await rooms.read(id, 0)
    expect(texts(entries)).toEqual(texts(posted.map(bytes => ({ bytes }))))
    expect(after).toEqual({ room: id, sequence: 0, hash: id })
    expect(verifyEntries(after, entries)).toEqual(room.head)
    expect(room.bytes).toBe(posted.reduce((sum, { length }) => sum + length, 0))
    const later = await rooms.read(id, 20, 5)
    expect(later.entries).toEqual(entries.slice(20, 25))
    expect(verifyEntries(later.after, later.entries).hash).toEqual(appended[24]!.hash)
    expect(await rooms.headAt(id, 7)).toEqual({ room: id, sequence: 7, hash: entries[6]!.hash })
    expect((await rooms.read(id, 30)).entries).toEqual([])
    expect((await rooms.read(id, 1000)).after).toEqual(room.head)
    await expect(rooms.headAt(id, 31)).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('the newest entries are read first', async ({ rooms }) => {
    const { id } = await rooms.create(name())
    for (let at = 1; at <= 9; at++) await rooms.append(id, id16(), bytes(`${at}`))
    const newest = await rooms.readBefore(id, undefined, 4)
    expect(texts(newest.entries)).toEqual(['6', '7', '8', '9'])
    expect(verifyEntries(newest.after, newest.entries)).toEqual(newest.room.head)
    const before = await rooms.readBefore(id, 6, 10)
    expect(texts(before.entries)).toEqual(['1', '2', '3', '4', '5'])
    expect((await rooms.readBefore(id, 1)).entries).toEqual([])
  })

  withStores('a part of a log ends at about 1 MiB', async ({ rooms }) => {
    const { id } = await rooms.create(name())
    await Promise.all(Array.from({ length: 30 }, () => rooms.append(id, id16(), new Uint8Array(65_536))))
    const part = await rooms.read(id, 0, 1000)
    expect(part.entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 16 }, (_, at) => at + 1),
    )
    const newest = await rooms.readBefore(id, undefined, 1000)
    expect(newest.entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 16 }, (_, at) => at + 15),
    )
  })

  withStores('an entry that is sent again is appended once', async ({ rooms }) => {
    const { id } = await rooms.create(name())
    const clientId = id16()
    const once = await rooms.append(id, clientId, bytes('once'))
    expect(once).toMatchObject({ sequence: 1, repeated: false })
    const again = await Promise.all([1, 2, 3].map(() => rooms.append(id, clientId, bytes('once'))))
    for (const each of again) expect(each).toEqual({ ...once, repeated: true })
    const other = id16()
    const both = await Promise.all([
      rooms.append(id, other, bytes('two')),
      rooms.append(id, other, bytes('two')),
    ])
    expect(both.map(({ repeated }) => repeated)).toEqual([false, true])
    await expect(rooms.append(id, clientId, bytes('else'))).rejects.toMatchObject({ code: 'conflict' })
    expect((await rooms.get(id)).head.sequence).toBe(2)
    // Another room can use the same id.
    const { id: elsewhere } = await rooms.create(name())
    expect(await rooms.append(elsewhere, clientId, bytes('else'))).toMatchObject({ repeated: false })
  })

  withStores(
    'one entry that cannot be appended does not stop others of the same moment',
    async ({ rooms }) => {
      const { id } = await rooms.create(name())
      const outcomes = await Promise.allSettled([
        rooms.append(id, id16(), bytes('one')),
        rooms.append(id32(), id16(), bytes('nowhere')),
        rooms.append(id, id16(), new Uint8Array(65_537)),
        rooms.append(id, id16(), bytes('two')),
      ])
      const codes = outcomes.map(outcome =>
        outcome.status === 'rejected' ? outcome.reason.code : outcome.value.sequence,
      )
      expect(codes).toEqual([1, 'not-found', 'bad-argument', 2])
    },
  )

  withStores(
    'a room has a limit of entries and of bytes',
    async ({ rooms }) => {
      const { id } = await rooms.create(name())
      for (let at = 0; at < 3; at++) await rooms.append(id, id16(), bytes('x'))
      await expect(rooms.append(id, id16(), bytes('x'))).rejects.toMatchObject({ code: 'full' })
      expect(await rooms.trim(id, 1)).toBe(1)
      await expect(rooms.append(id, id16(), new Uint8Array(9))).rejects.toMatchObject({ code: 'full' })
      expect(await rooms.append(id, id16(), new Uint8Array(8))).toMatchObject({ sequence: 4 })
    },
    { roomLimits: { roomEntries: 3, roomBytes: 10 } },
  )

  withStores(
    'no more waits than its limit',
    async ({ rooms }) => {
      const { id } = await rooms.create(name())
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map(() => rooms.append(id, id16(), new Uint8Array(10))),
      )
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
      expect(outcomes[2]).toMatchObject({ reason: { code: 'busy' } })
      expect(await rooms.append(id, id16(), new Uint8Array(10))).toMatchObject({ sequence: 3 })
    },
    { roomLimits: { waitingBytes: 20, entryBytes: 10 } },
  )

  withStores(
    'a small entry does not overtake a large one for which there was no space',
    async ({ rooms }) => {
      const [{ id }, other] = [await rooms.create(name()), await rooms.create(name())]
      const outcomes = await Promise.allSettled([
        ...[10, 5, 10, 1].map(length => rooms.append(id, id16(), new Uint8Array(length))),
        rooms.append(other.id, id16(), new Uint8Array(1)),
      ])
      const codes = outcomes.map(outcome => (outcome.status === 'rejected' ? outcome.reason.code : 'ok'))
      expect(codes).toEqual(['ok', 'ok', 'busy', 'busy', 'ok'])
      expect(await rooms.append(id, id16(), new Uint8Array(10))).toMatchObject({ sequence: 3 })
    },
    { roomLimits: { waitingBytes: 20, entryBytes: 10 } },
  )

  withStores('what is left of a trimmed log keeps its numbers and hashes', async ({ rooms }) => {
    const { id } = await rooms.create(name())
    for (let at = 1; at <= 9; at++) await rooms.append(id, id16(), bytes(`${at}`))
    const { entries } = await rooms.read(id, 0)
    expect(await rooms.trim(id, 4)).toBe(4)
    expect(await rooms.trim(id, 4)).toBe(0)
    const rest = await rooms.read(id, 1)
    expect(rest.entries).toEqual(entries.slice(4))
    expect(rest.after).toEqual({ room: id, sequence: 4, hash: entries[3]!.hash })
    expect(rest.room.bytes).toBe(5)
    expect(verifyEntries(rest.after, rest.entries)).toEqual(rest.room.head)
    expect(await rooms.trim(id, 1000)).toBe(5)
    expect((await rooms.read(id, 0)).after.sequence).toBe(9)
    const next = await rooms.append(id, id16(), bytes('next'))
    const last = await rooms.read(id, 0)
    expect(verifyEntries(last.after, last.entries)).toEqual({ room: id, sequence: 10, hash: next.hash })
  })

  withStores('a log continues at another hub where it ended', async ({ rooms }) => {
    const named = name()
    const entry = { sequence: 41, clientId: id16(), postedMs: 5, bytes: bytes('there') }
    const hash = entryHash(id32(), entry)
    const { id } = await rooms.create(named, { after: { sequence: 41, hash } })
    await rooms.append(id, id16(), bytes('here'))
    const { after, entries, room } = await rooms.read(id, 40)
    expect(after).toEqual({ room: id, sequence: 41, hash })
    expect(verifyEntries(after, entries)).toEqual(room.head)
    expect(room.head.sequence).toBe(42)
  })

  withStores('a room moves to the home that was signed last', async ({ rooms }) => {
    const named = name()
    const { id } = await rooms.create(named)
    await rooms.append(id, id16(), bytes('kept'))
    const home = (number: number, hub: string) => signRoomHome({ ...named, number, hub, issued: 1 }, ANN)
    const [first, second] = [home(1, 'https://a.example'), home(2, 'did:web:b.example')]
    expect(await rooms.setHome(first, false)).toMatchObject({ home: first, moved: false })
    await rooms.append(id, id16(), bytes('and this'))
    expect(await rooms.setHome(second, true)).toMatchObject({ home: second, moved: true })
    expect(await rooms.setHome(second, true)).toMatchObject({ home: second })
    await expect(rooms.setHome(first, false)).rejects.toMatchObject({ code: 'conflict' })
    await expect(rooms.setHome(home(2, 'https://c.example'), false)).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(rooms.append(id, id16(), bytes('late'))).rejects.toMatchObject({ code: 'moved' })
    expect(texts((await rooms.read(id, 0)).entries)).toEqual(['kept', 'and this'])
    const other = signRoomHome({ ...name(), number: 1, hub: 'https://a.example', issued: 1 }, ANN)
    await expect(rooms.setHome(other, false)).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('a removed room is gone with its cursors', async ({ rooms, cursors }) => {
    const [device, named] = [id32(), name()]
    const { id } = await rooms.create(named)
    await rooms.append(id, id16(), bytes('x'))
    await cursors.acknowledge(device, id, 1)
    expect(await rooms.remove(id)).toBe(true)
    expect(await rooms.remove(id)).toBe(false)
    await expect(rooms.get(id)).rejects.toMatchObject({ code: 'not-found' })
    // The hub has signed entries of it.
    await expect(rooms.create(named)).rejects.toMatchObject({ code: 'conflict' })
    await expect(rooms.read(id, 0)).rejects.toMatchObject({ code: 'not-found' })
    expect(await cursors.list(device)).toEqual([])
  })

  test('rooms for transfers are removed after a while, and others stay', async () => {
    let nowMs = 1000
    await using stores = await place().open({ now: () => nowMs })
    const { rooms } = stores
    const create = async (kind: string) => (await rooms.create({ ...name(), kind })).id
    const [old, group] = [await create('transfer'), await create('group')]
    await rooms.append(old, id16(), bytes('x'))
    nowMs = 2000
    const fresh = await create('transfer')
    expect(await rooms.removeTransfers(2000)).toBe(1)
    expect(await rooms.removeTransfers(2000)).toBe(0)
    const left = await rooms.getMany([old, group, fresh])
    expect(left.map(({ id }) => hex(id)).sort()).toEqual([group, fresh].map(hex).sort())
  })

  test('several users of one database append to one room without a gap, each entry once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => place().open()))
    try {
      const { id } = await stores[0]!.rooms.create(name())
      const shared = Array.from({ length: 40 }, () => id16())
      const jobs = stores.flatMap(({ rooms }, at) => [
        // Each sends the shared entries, and its own.
        ...shared.map(clientId => rooms.append(id, clientId, bytes('shared'))),
        ...Array.from({ length: 40 }, (_, number) => rooms.append(id, id16(), bytes(`${at} ${number}`))),
      ])
      const appended = await Promise.all(jobs)
      const part = await stores[1]!.rooms.read(id, 0, 1000)
      expect(part.entries.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 200 }, (_, at) => at + 1),
      )
      expect(verifyEntries(part.after, part.entries)).toEqual(part.room.head)
      expect(appended.filter(({ repeated }) => !repeated)).toHaveLength(200)
      const hashes = new Map(part.entries.map((entry: LogEntry) => [entry.sequence, entry.hash]))
      for (const { sequence, hash } of appended) expect(hash).toEqual(hashes.get(sequence))
    } finally {
      for (const each of stores) await each.close()
    }
  })

  withStores('the cursor of a device never goes back', async ({ rooms, cursors }) => {
    const [device, other] = [id32(), id32()]
    const ids = (await Promise.all([1, 2, 3].map(() => rooms.create(name()))))
      .map(({ id }) => id)
      .sort(Buffer.compare)
    const [a, b, c] = ids as [Uint8Array, Uint8Array, Uint8Array]
    for (let at = 0; at < 5; at++) await rooms.append(b, id16(), bytes('x'))
    for (const id of ids) expect(await cursors.acknowledge(device, id, 0)).toBe(0)
    expect(await cursors.acknowledge(device, b, 4)).toBe(4)
    expect(await cursors.acknowledge(device, b, 2)).toBe(4)
    await expect(cursors.acknowledge(device, b, 6)).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(cursors.acknowledge(device, id32(), 0)).rejects.toMatchObject({ code: 'not-found' })
    const at = (room: Uint8Array, sequence: number, last: number) => ({ room, sequence, last })
    expect(await cursors.list(device)).toEqual([at(a, 0, 0), at(b, 4, 5), at(c, 0, 0)])
    expect(await cursors.list(device, { after: a, limit: 1 })).toEqual([at(b, 4, 5)])
    expect(await cursors.list(device, { unread: true })).toEqual([at(b, 4, 5)])
    await cursors.acknowledge(other, b, 1)
    expect(await cursors.slowest(b, 0)).toBe(1)
    await cursors.forget(other, b)
    expect(await cursors.slowest(b, 0)).toBe(4)
    await cursors.forget(device)
    expect(await cursors.slowest(b, 0)).toBeNull()
    expect(await cursors.list(device)).toEqual([])
  })

  test('devices that were not seen for long do not hold back trimming', async () => {
    let now = 1000
    await using stores = await place().open({ now: () => now })
    const { rooms, cursors } = stores
    const { id } = await rooms.create(name())
    for (let at = 0; at < 3; at++) await rooms.append(id, id16(), bytes('x'))
    await cursors.acknowledge(id32(), id, 1)
    now = 2000
    await cursors.acknowledge(id32(), id, 3)
    expect([await cursors.slowest(id, 0), await cursors.slowest(id, 1500)]).toEqual([1, 3])
  })

  withStores('an inbox keeps entries until its device has them', async ({ inboxes }) => {
    const [device, other] = [id32(), id32()]
    await inboxes.open(device)
    await inboxes.open(other)
    const [one, two] = [id16(), id16()]
    const to = (device: Uint8Array, clientId: Uint8Array, text: string) => ({
      device,
      clientId,
      bytes: bytes(text),
    })
    expect(
      await inboxes.deliver([
        to(device, one, 'one'),
        to(other, one, 'one'),
        to(id32(), one, 'one'),
        to(device, one, 'one'),
      ]),
    ).toEqual(['delivered', 'delivered', 'unknown', 'repeated'])
    expect(
      await inboxes.deliver([to(device, two, 'two'), to(device, one, 'one'), to(device, one, 'else')]),
    ).toEqual([...['delivered', 'repeated', 'conflict']])
    const entries = await inboxes.read(device)
    expect(texts(entries)).toEqual(['one', 'two'])
    expect(entries.map(({ sequence, clientId }) => [sequence, clientId])).toEqual([
      [1, one],
      [2, two],
    ])
    expect(texts(await inboxes.read(device, 1))).toEqual(['two'])
    expect(await inboxes.acknowledge(device, 1)).toBe(1)
    expect(await inboxes.acknowledge(device, 1)).toBe(0)
    await inboxes.open(device)
    expect(texts(await inboxes.read(device))).toEqual(['two'])
    expect(texts(await inboxes.read(other))).toEqual(['one'])
    await expect(inboxes.acknowledge(device, 3)).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(inboxes.acknowledge(id32(), 0)).rejects.toMatchObject({ code: 'not-found' })
    await inboxes.acknowledge(device, 2)
    expect(await inboxes.deliver([to(device, id16(), 'three')])).toEqual(['delivered'])
    // Numbers are not reused.
    expect((await inboxes.read(device)).map(({ sequence }) => sequence)).toEqual([3])
    expect(await inboxes.remove(device)).toBe(true)
    expect(await inboxes.remove(device)).toBe(false)
    expect(await inboxes.read(device)).toEqual([])
  })

  withStores(
    'an inbox has a limit of entries and of bytes',
    async ({ inboxes }) => {
      const device = id32()
      await inboxes.open(device)
      const send = (length: number) => ({ device, clientId: id16(), bytes: new Uint8Array(length) })
      expect(await inboxes.deliver([send(4), send(4), send(3), send(1), send(1)])).toEqual([
        ...['delivered', 'delivered', 'full', 'delivered', 'full'],
      ])
      await inboxes.acknowledge(device, 2)
      expect(await inboxes.deliver([send(5), send(4), send(1)])).toEqual(['delivered', 'delivered', 'full'])
      await expect(inboxes.deliver([send(6)])).rejects.toMatchObject({ code: 'bad-argument' })
      await expect(inboxes.deliver([])).rejects.toMatchObject({ code: 'bad-argument' })
    },
    { inboxLimits: { entryBytes: 5, inboxBytes: 10, inboxEntries: 3 } },
  )

  test('inboxes of devices that were not seen for long are listed', async () => {
    let now = 1000
    await using stores = await place().open({ now: () => now })
    const [early, late] = [id32(), id32()]
    await stores.inboxes.open(early)
    now = 2000
    await stores.inboxes.open(late)
    const idle = await stores.inboxes.idle(1500, 1000)
    expect(idle).toContainEqual(early)
    expect(idle).not.toContainEqual(late)
  })

  test('nothing is done after it is closed, and all that was asked before is', async () => {
    const stores = await place().open()
    const { id } = await stores.rooms.create(name())
    const last = stores.rooms.append(id, id16(), bytes('last'))
    await last
    await stores.close()
    await stores.close()
    await expect(stores.rooms.append(id, id16(), bytes('late'))).rejects.toMatchObject({ code: 'closed' })
    await using again = await place().open()
    expect(texts((await again.rooms.read(id, 0)).entries)).toEqual(['last'])
  })
}
