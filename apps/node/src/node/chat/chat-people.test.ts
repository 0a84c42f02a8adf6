import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContactPersons } from '../contacts/service.ts'
import { TestPerson } from '../contacts/testing/person.ts'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwners } from '../table-owners.ts'
import { ChatPeople } from './chat-people.ts'
import { MirroredPeople } from './thread/mirrored-people.ts'

const HUB = 'https://hub.example'

let folder: string
let database: Database
let [own, ann]: TestPerson[] = []
/**
 * The lists that the hub returns for Ann. Null: unknown to the hub. An error: the hub does not
 * respond.
 */
let shown: readonly { readonly bytes: Uint8Array }[] | Error | null
let asks: number
let older: string[]
let contacts: Map<string, string | null>
let blocked: Set<string>
/** The person whom contacts show as Ann; null if none does. */
let contact: ReturnType<ContactPersons['find']>
let changed: () => void
let tick: () => void
let nowMs: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-chat-people-'))
  database = await Database.open(join(folder, 'catalogue.db'), tableOwners(), CATALOGUE)
  own = new TestPerson()
  ann = new TestPerson()
  shown = ann.lists
  contact = null
  ;[asks, nowMs, older, contacts, blocked] = [0, 0, [], new Map(), new Set()]
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

/** The persons as the chat thread knows them. */
function open(): MirroredPeople {
  const persons = {
    contacts: () => [...contacts].map(([did, name]) => ({ key: did, name, did, showsDid: true })),
    blocked: () => [...blocked],
    onContacts: () => () => {},
    onBlocked(listener: () => void) {
      changed = listener
      return () => {}
    },
  }
  const getDevices = async ({ did }: { did: string }) => {
    asks++
    if (shown instanceof Error) throw shown
    if (!shown || did !== ann!.did) throw Object.assign(new Error('nobody'), { code: 'not-found' })
    return { did, devices: [], lists: shown.map(({ bytes }) => Buffer.from(bytes).toString('base64url')) }
  }
  const people = new ChatPeople({
    ...{ database, persons, nowMs: () => nowMs },
    contacts: {
      dids: () => (contact ? [ann!.did] : []),
      find: did => (did === ann!.did ? contact : null),
      onChanged: () => () => {},
    },
    own: { history: own!.history, device: null, onChanged: () => () => {} },
    clientFor: () => ({ getDevices }) as never,
    onOlder: did => older.push(did),
  })
  tick = () => people.tick()
  const mirror = new MirroredPeople(people.all(), ({ did, home }) => people.find(did, home))
  people.listen(change => mirror.changed(change))
  return mirror
}

const sequenceOf = (people: MirroredPeople) => people.known(ann!.did).list?.list.sequence

test('device lists that a hub gave are kept, and their changes reported', async () => {
  const people = open()
  let changes = 0
  people.listen(() => changes++)
  expect(sequenceOf(people)).toBeUndefined()
  await people.find(ann!.did, HUB)
  await people.find(ann!.did, HUB)
  expect([sequenceOf(people), changes]).toEqual([0, 1])
  shown = ann!.sign().lists
  await people.find(ann!.did, HUB)
  expect([sequenceOf(people), changes, sequenceOf(open())]).toEqual([1, 2, 1])
})

test('the own list is known without asking', async () => {
  const { list } = await open().find(own!.did, HUB)
  expect([list, asks]).toEqual([own!.lists.at(-1), 0])
})

test('a hub cannot go back to an older list, fork it, or show that of somebody else', async () => {
  const first = ann!.history
  shown = ann!.sign().lists
  const people = open()
  await people.find(ann!.did, HUB)
  shown = first.lists
  await people.find(ann!.did, HUB)
  expect([sequenceOf(people), older]).toEqual([1, [ann!.did]])
  const { device } = new TestPerson()
  for (const lists of [ann!.after(first, { devices: [device] }).lists, own!.lists]) {
    shown = lists
    await expect(people.find(ann!.did, HUB)).rejects.toMatchObject({ code: 'bad-device-list' })
  }
  expect(people.known(ann!.did).list).toEqual(ann!.lists.at(-1))
})

test('who has no account there is unknown, and a hub that does not answer is an error', async () => {
  shown = null
  expect(await open().find(ann!.did, HUB)).toEqual({ list: null, isContact: false, isBlocked: false })
  shown = new Error('away')
  await expect(open().find(ann!.did, HUB)).rejects.toThrow('away')
})

describe('keys that the user has compared', () => {
  const shows = (lists = ann!.lists) => {
    contact = { lists, profile: null, verifiedMs: 1 }
  }
  const isVerified = (people: MirroredPeople) => people.isVerified(ann!.did)

  test('are those of the person also when a hub shows a newer list that they sign', async () => {
    shows()
    const people = open()
    expect([isVerified(people), people.isVerified(own!.did)]).toEqual([true, false])
    shown = ann!.sign().lists
    await people.find(ann!.did, HUB)
    expect([sequenceOf(people), isVerified(people)]).toEqual([1, true])
  })

  test('say nothing as soon as a hub shows another key, until that was compared', async () => {
    shows()
    const people = open()
    shown = ann!.rotate().lists
    await people.find(ann!.did, HUB)
    expect([sequenceOf(people), isVerified(people), isVerified(open())]).toEqual([1, false, false])
    // The contact book ends the verification when it gets that list.
    contact = { lists: ann!.lists, profile: null, verifiedMs: null }
    expect(isVerified(open())).toBe(false)
    shows()
    expect(isVerified(open())).toBe(true)
  })

  test('are the one of the did:key if no list was known then', async () => {
    shows([])
    const people = open()
    expect(isVerified(people)).toBe(true)
    await people.find(ann!.did, HUB)
    expect(isVerified(people)).toBe(true)
    shown = ann!.rotate().lists
    await people.find(ann!.did, HUB)
    expect(isVerified(people)).toBe(false)
  })

  test('are not known of persons whom nobody has compared', () => {
    contact = { lists: ann!.lists, profile: null, verifiedMs: null }
    expect(isVerified(open())).toBe(false)
  })
})

test('blocking counts at once, also without a list, and contacts end within a minute', () => {
  contacts.set(ann!.did, 'Ann')
  const people = open()
  expect([people.known(ann!.did), people.nameOf(ann!.did)]).toEqual([
    { list: null, isContact: true, isBlocked: false },
    'Ann',
  ])
  blocked.add(ann!.did)
  changed()
  expect(people.known(ann!.did).isBlocked).toBe(true)
  contacts.clear()
  nowMs = 60_001
  tick()
  expect(people.known(ann!.did).isContact).toBe(false)
  expect(people.known('did:key:zz').isBlocked).toBe(false)
})
