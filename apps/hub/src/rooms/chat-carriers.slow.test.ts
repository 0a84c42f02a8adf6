/** The chat's carriers at a real hub. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ChatDevice,
  type ChatRoomName,
  type InboxEntry,
  type Journals,
  type KnownPerson,
  type RoomEntry,
  type RoomProblem,
} from '@shoal/chat/device'
import { deviceCredential } from '@shoal/chat/groups'
import { HubCarriers } from '@shoal/chat/hub'
import { openFileStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import { deviceHash, encodeDevice, readDeviceList } from '@shoal/identity/devices'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { systemClock, systemRandom } from '@shoal/torrent/base'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Hub, startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import { joined, TestPerson } from '../testing/test-hub.ts'

let data: string
let hub: Hub
let home: string
const carriers: HubCarriers[] = []
const start = (port: number) =>
  startHub({ port, noUdp: true, stunPort: 0, data, registration: 'open' }, NO_LOG)

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-carriers-'))
  hub = await start(0)
  home = `http://127.0.0.1:${hub.port}`
})
afterEach(async () => {
  for (const each of carriers.splice(0)) each.close()
  await hub.close()
  await rm(data, { recursive: true })
})

/** Journals in memory that outlive the carriers. */
function memoryJournals(): Journals {
  const all = new Map<string, readonly Uint8Array[]>()
  return {
    async open(name) {
      return {
        async append(record) {
          all.set(name, [...(all.get(name) ?? []), record])
        },
        async replace(records) {
          all.set(name, records)
        },
        async *read() {
          yield* all.get(name) ?? []
        },
      }
    },
    async remove(name) {
      all.delete(name)
    },
  }
}

async function member(name: string) {
  const { client, did, device } = await joined(home, { name })
  const journals = memoryJournals()
  return {
    did,
    client,
    journals,
    address: { did, device: deviceHash(encodeDevice(device.device)) },
    /** Simulates one run of a program on this device. */
    run() {
      const own = new HubCarriers({
        ...{ homes: [home], access: () => ({ device: client }), journals },
        ...{ clock: systemClock, random: systemRandom },
      })
      carriers.push(own)
      return own
    },
  }
}

/** A client that follows a room. */
function follow(
  { rooms }: HubCarriers,
  name: ChatRoomName,
  { creates = false, secrets = [SECRET] }: { creates?: boolean; secrets?: readonly Uint8Array[] } = {},
) {
  const id = rooms.idOf(name)
  const [texts, places, volatile, problems] = [[], [], [], []] as [
    string[],
    number[],
    string[],
    RoomProblem[],
  ]
  const after = { sequence: 0, hash: id }
  const carrier = rooms.follow(
    { id, name, accessSecrets: secrets, home, creates, after },
    {
      async entries(entries: readonly RoomEntry[]) {
        texts.push(...entries.map(({ bytes }) => text(bytes)))
        places.push(...entries.map(({ place }) => place!.sequence))
      },
      trimmed() {},
      volatile: bytes => volatile.push(text(bytes)),
      problem: problem => problems.push(problem),
    },
  )
  const append = (said: string, clientId: Uint8Array = randomBytes(16)) =>
    carrier.append(clientId, new TextEncoder().encode(said))
  return { carrier, append, texts, places, volatile, problems }
}

const SECRET = new Uint8Array(32).fill(7)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const roomOf = (creator: string, kind: 'group' | 'share' = 'group'): ChatRoomName => ({
  ...{ creator, kind, salt: new Uint8Array(randomBytes(32)) },
})

test('a room is created, read in order, and continues after the hub was gone and sessions ended', async () => {
  const [ann, ben] = [await member('Ann'), await member('Ben')]
  const name = roomOf(ann.did)
  const annRoom = follow(ann.run(), name, { creates: true })
  expect(await annRoom.append('one')).toMatchObject({ sequence: 1 })
  const benRuns = ben.run()
  expect(benRuns.stunServers).toBeNull()
  const benRoom = follow(benRuns, name)
  expect(await benRoom.append('two')).toMatchObject({ sequence: 2 })
  await vi.waitFor(() =>
    expect([annRoom.texts, benRoom.texts]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]),
  )
  benRoom.carrier.sendVolatile(new TextEncoder().encode('typing'))
  await vi.waitFor(() => expect(annRoom.volatile).toEqual(['typing']))

  const stun = () => [`stun:127.0.0.1:${hub.stunPort}`]
  expect(benRuns.stunServers).toEqual(stun())

  // The hub is down: entries are queued, and end up in the log once.
  const { port } = hub
  await hub.close()
  const id = randomBytes(16)
  const waiting = [annRoom.append('three', id), annRoom.append('three', id)]
  hub = await start(port)
  expect(await Promise.all(waiting)).toMatchObject([{ sequence: 3 }, { sequence: 3 }])
  await vi.waitFor(() => expect(benRuns.stunServers).toEqual(stun()))
  // A new session replaces an ended one.
  await ann.client.api.logout({})
  expect(await annRoom.append('four')).toMatchObject({ sequence: 4 })
  await vi.waitFor(() => expect(benRoom.texts).toEqual(['one', 'two', 'three', 'four']))

  // The next run begins after what was stored.
  benRuns.close()
  await annRoom.append('five')
  const again = follow(ben.run(), name)
  await vi.waitFor(() => expect(again.places.at(-1)).toBe(5))
  expect(again.texts).toEqual(['five'])

  // Detects a hub whose log differs from the one verified before the restart.
  const kept = await ben.journals.open(`log-${Buffer.from(benRuns.rooms.idOf(name)).toString('hex')}`)
  for await (const record of kept.read()) {
    const parts = decodeCbor(record) as [Uint8Array, [number, Uint8Array], Uint8Array][]
    parts.at(-1)![1][1] = new Uint8Array(32)
    await kept.replace([encodeCbor(parts)])
  }
  const deceived = follow(ben.run(), name)
  await annRoom.append('six')
  await vi.waitFor(() => expect(deceived.problems.length).toBeGreaterThan(0))
  expect(new Set(deceived.problems.map(({ code }) => code))).toEqual(new Set(['broken-log']))
  expect(deceived.texts).toEqual([])
  annRoom.carrier.close()
  await expect(annRoom.append('seven')).rejects.toMatchObject({ code: 'closed' })
  expect([annRoom, benRoom, again].flatMap(({ problems }) => problems)).toEqual([])

  // Nothing of a forgotten room is kept.
  deceived.carrier.close()
  const left = ben.run()
  const records = async () => {
    let count = 0
    for await (const _ of kept.read()) count++
    return count
  }
  expect(await records()).toBe(1)
  await left.rooms.forget(left.rooms.idOf(name))
  expect(await records()).toBe(0)
})

test('entries that wait for earlier ones do not hold them back', async () => {
  const [ann, ben] = [await member('Ann'), await member('Ben')]
  const name = roomOf(ann.did)
  const annRoom = follow(ann.run(), name, { creates: true })
  // More than are read at first; those are the newest.
  await Promise.all(Array.from({ length: 150 }, (_, at) => annRoom.append(`entry ${at}`)))
  const { rooms } = ben.run()
  const id = rooms.idOf(name)
  const all = Promise.withResolvers<void>()
  const places = new Set<number>()
  rooms.follow(
    { id, name, accessSecrets: [SECRET], home, creates: false, after: { sequence: 0, hash: id } },
    {
      entries(entries) {
        for (const { place } of entries) places.add(place!.sequence)
        if (places.size === 150) all.resolve()
        return all.promise
      },
      trimmed() {},
      volatile() {},
      problem: all.reject,
    },
  )
  await all.promise
  const kept = await ben.journals.open(`log-${Buffer.from(id).toString('hex')}`)
  await vi.waitFor(async () => {
    const records = []
    for await (const record of kept.read()) records.push(decodeCbor(record))
    expect(records).toMatchObject([[[[0, id], [150, expect.anything()], expect.anything()]]])
  })
})

test('anybody with its secret creates the room of a share, and nobody without it enters', async () => {
  const [ann, ben] = [await member('Ann'), await member('Ben')]
  const name = roomOf('did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH', 'share')
  const benRoom = follow(ben.run(), name, { creates: true })
  await benRoom.append('hello')
  const annRuns = ann.run()
  const stranger = follow(annRuns, name, { secrets: [new Uint8Array(32)], creates: true })
  const group = follow(annRuns, { ...name, kind: 'group' }, { creates: true })
  await vi.waitFor(() => expect(group.problems).toMatchObject([{ code: 'forbidden' }]))
  expect([stranger.texts, group.texts]).toEqual([[], []])
  stranger.carrier.close()
  const reader = follow(annRuns, name)
  await vi.waitFor(() => expect(reader.texts).toEqual(['hello']))
})

test('after a removal whoever has only the secret of before reads up to there, and neither posts nor listens', async () => {
  const [ann, ben, cat] = [await member('Ann'), await member('Ben'), await member('Cat')]
  const [first, second, third] = [SECRET, SECRET.map(byte => byte + 1), SECRET.map(byte => byte + 2)]
  const name = roomOf(ann.did)
  const annRoom = follow(ann.run(), name, { creates: true })
  const benRoom = follow(ben.run(), name)
  const catRoom = follow(cat.run(), name)
  await annRoom.append('all of us')
  await vi.waitFor(() => expect([benRoom.texts, catRoom.texts]).toEqual([['all of us'], ['all of us']]))

  annRoom.carrier.renew([second, first], 0)
  expect(await annRoom.append('without Cat')).toMatchObject({ sequence: 2 })
  // Ben has not read about the removal yet: his message is held back.
  const waiting = benRoom.append('from Ben')
  let isPosted = false
  const posted = catRoom.append('from Cat').then(() => {
    isPosted = true
  })
  annRoom.carrier.sendVolatile(new TextEncoder().encode('typing'))
  benRoom.carrier.renew([second, first], 5000)
  expect(await waiting).toMatchObject({ sequence: 3 })
  await vi.waitFor(() => expect(annRoom.texts).toEqual(['all of us', 'without Cat', 'from Ben']))
  await vi.waitFor(() => expect(benRoom.texts).toEqual(annRoom.texts))

  // A returning member reads up to each change with the secret of that time, also the second time.
  const later = follow(ann.run(), name, { secrets: [third, second, first] })
  expect(await later.append('again without somebody')).toMatchObject({ sequence: 4 })
  const dan = await member('Dan')
  const away = follow(dan.run(), name, { secrets: [first] })
  await vi.waitFor(() => expect(away.texts).toEqual(['all of us']))
  away.carrier.renew([second, first], 5000)
  await vi.waitFor(() => expect(away.texts).toEqual(['all of us', 'without Cat', 'from Ben']))
  away.carrier.renew([third, second, first], 5000)
  const all = ['all of us', 'without Cat', 'from Ben', 'again without somebody']
  await vi.waitFor(() => expect(away.texts).toEqual(all))
  expect(await away.append('back')).toMatchObject({ sequence: 5 })

  // A removed member has the log up to the first change, also from another device that claims to
  // have a newer secret.
  const thief = follow((await member('Eve')).run(), name, { secrets: [third.map(byte => byte + 1), first] })
  await vi.waitFor(() => expect(thief.texts).toEqual(['all of us']))
  expect([catRoom.texts, catRoom.volatile, isPosted]).toEqual([['all of us'], [], false])
  const roomId = ann.run().rooms.idOf(name)
  await using stores = await openFileStores(join(data, 'hub.db'))
  expect((await stores.rooms.get(roomId)).earlier.map(({ through }) => through)).toEqual([1, 3])
  expect((await stores.rooms.get(roomId)).head.sequence).toBe(5)
  catRoom.carrier.close()
  await expect(posted).rejects.toMatchObject({ code: 'closed' })
})

test('inboxes and key packages reach the device, each once', async () => {
  const [ann, ben] = [await member('Ann'), await member('Ben')]
  const [annRuns, benRuns] = [ann.run(), ben.run()]
  const packages = [1, 2, 3].map(at => ({ ref: new Uint8Array(32).fill(at), bytes: randomBytes(99) }))
  const [one, two, last] = packages as [(typeof packages)[0], (typeof packages)[0], (typeof packages)[0]]
  const { keyPackages } = benRuns
  expect(await keyPackages.own()).toMatchObject({ oneTime: 0, lastResort: null })
  expect(await annRuns.keyPackages.take(ben.address, home)).toBeNull()
  await keyPackages.publish([one, two], last)
  await keyPackages.publish([], null)
  expect(await keyPackages.own()).toMatchObject({ oneTime: 2, lastResort: last.ref })
  const taken = []
  for (let at = 0; at < 4; at++) taken.push(await annRuns.keyPackages.take(ben.address, home))
  expect(taken.map(bytes => Buffer.from(bytes!).toString('hex'))).toEqual(
    [one, two, last, last].map(({ bytes }) => bytes.toString('hex')),
  )
  expect(await annRuns.keyPackages.take({ ...ben.address, did: 'did:key:nobody' }, home)).toBeNull()

  const got: InboxEntry[] = []
  let failures = 1
  const stop = benRuns.inboxes.listen(async entry => {
    if (failures-- > 0) throw new Error('the disk is full')
    got.push(entry)
  })
  const [id, bytes] = [new Uint8Array(randomBytes(16)), new Uint8Array([1, 2])]
  const deliver = (to = ben.address) => annRuns.inboxes.deliver(to, home, id, bytes)
  expect(await deliver()).toBe('delivered')
  await vi.waitFor(() => expect(got).toEqual([{ home, clientId: id, bytes }]))
  expect(await deliver({ ...ben.address, device: new Uint8Array(32) })).toBe('refused')
  stop()
  // It is acknowledged: the next run does not receive it again.
  await using stores = await openFileStores(join(data, 'hub.db'))
  await vi.waitFor(async () => expect(await stores.inboxes.read(ben.address.device)).toEqual([]))
  benRuns.close()
  const later: string[] = []
  ben.run().inboxes.listen(async entry => void later.push(text(entry.bytes)))
  const deliverText = (said: string) =>
    annRuns.inboxes.deliver(ben.address, home, randomBytes(16), new TextEncoder().encode(said))
  await deliverText('new')
  await vi.waitFor(() => expect(later).toContain('new'))
  expect(later).toEqual(['new'])
  annRuns.close()
  await expect(deliverText('closed')).rejects.toMatchObject({ code: 'closed' })
})

/** A user whose device runs the entire chat. */
async function chatter(name: string, people: Map<string, KnownPerson>) {
  const person = new TestPerson()
  const message = KeyPair.generate()
  const { login, device } = person.device(name)
  const own = { login, device: { ...device, messageKey: message.publicKey } }
  person.sign([own])
  const client = person.connect(home, own)
  await client.join({ name })
  const list = readDeviceList(newestBytes(person))
  people.set(person.did, { list, isContact: true, isBlocked: false })
  const journals = memoryJournals()
  const find = (did: string) => people.get(did) ?? null
  const { publicKey } = message
  const open = async () => {
    const carried = new HubCarriers({
      ...{ homes: [home], access: () => ({ device: client }), journals },
      ...{ clock: systemClock, random: systemRandom },
    })
    carriers.push(carried)
    const { rooms, inboxes, keyPackages } = carried
    const chat = await ChatDevice.open({
      ports: {
        ...{ journals, rooms, inboxes, keyPackages, clock: systemClock, random: systemRandom },
        people: { find: async did => find(did), known: find, listen: () => () => {} },
      },
      device: {
        credential: deviceCredential([list], encodeDevice(own.device)),
        messageKey: { publicKey, seed: message.exportSecret().seed },
      },
      oneTimeKeys: 2,
    })
    return {
      chat,
      keyPackages,
      close() {
        chat.close()
        carried.close()
      },
    }
  }
  return { did: person.did, open }
}

const newestBytes = (person: TestPerson) => new Uint8Array(Buffer.from(person.lists.at(-1)!, 'base64url'))
const content = (words: string) => ({
  kind: 'text' as const,
  text: words,
  replyTo: null,
  mentions: [],
  files: [],
})

test('two devices talk in a closed group, also after a restart and while the hub was gone', async () => {
  const people = new Map<string, KnownPerson>()
  const [ann, ben] = [await chatter('Ann', people), await chatter('Ben', people)]
  const [annRuns, benRuns] = [await ann.open(), await ben.open()]
  await vi.waitFor(async () => expect((await benRuns.keyPackages.own()).oneTime).toBe(2))
  const group = await annRuns.chat.createGroup({ home, name: 'Harbour' })
  await group.change({ add: [ben.did] })
  await vi.waitFor(() => expect(benRuns.chat.conversations.map(({ state }) => state)).toEqual(['member']))
  await group.send(content('hello'))
  const wordsIn = ({ chat }: typeof annRuns) => chat.conversations[0]!.messages.map(each => each.text)
  await vi.waitFor(() => expect(wordsIn(benRuns)).toEqual(['hello']))
  await benRuns.chat.conversations[0]!.send(content('hello, Ann'))
  benRuns.close()
  await vi.waitFor(() => expect(wordsIn(annRuns)).toEqual(['hello', 'hello, Ann']))
  const { port } = hub
  await hub.close()
  await group.send(content('later'))
  hub = await start(port)
  const again = await ben.open()
  await vi.waitFor(() => expect(wordsIn(again)).toEqual(['hello', 'hello, Ann', 'later']))
  again.close()

  // More messages than fit on a screen: the newest come first, and all are read in order.
  const many = Array.from({ length: 250 }, (_, at) => `message ${at}`)
  for (const words of many) await group.send(content(words))
  await vi.waitFor(() => expect(group.messages.at(-1)!.sequence).not.toBeNull())
  const late = await ben.open()
  await vi.waitFor(() => expect(wordsIn(late).at(-1)).toBe('message 249'))
  await late.chat.conversations[0]!.reach(group.messages.at(-1)!.sequence!)
  const { messages } = await late.chat.conversations[0]!.reader.page({ limit: 1000 })
  expect(messages.map(each => each.text)).toEqual(['hello', 'hello, Ann', 'later', ...many])
  annRuns.close()
  late.close()
})
