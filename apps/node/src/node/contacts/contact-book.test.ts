import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContactAlarm } from '@shoal/api'
import { Database } from '@shoal/daemon/database'
import { readDeviceList, type SignedDeviceList } from '@shoal/identity/devices'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import type { ContactNode } from '../people/service.ts'
import { tableOwners } from '../table-owners.ts'
import { ContactBook } from './contact-book.ts'
import { NOW, TestPerson } from './testing/person.ts'

const KEY = 'ab'.repeat(32)

let folder: string
let database: Database
let book: ContactBook
let told: (readonly [string, ContactAlarm['kind']])[]
let ada: TestPerson
const node = (did: string | null, key = KEY): ContactNode => ({ key, name: 'Ada', did, showsDid: true })
const open = () =>
  new ContactBook({
    database,
    now: () => 1000 * NOW,
    onChanged() {},
    onAlarm: (did, { kind }) => told.push([did, kind]),
  })
/** As received over the network. */
const sent = (lists: readonly SignedDeviceList[]) => lists.map(({ bytes }) => readDeviceList(bytes))
const take = (lists: readonly SignedDeviceList[] = ada.lists) => book.takeLists(ada.did, sent(lists))
const alarms = () => book.alarms.map(({ kind }) => kind).sort()
const count = () => book.find(ada.did)?.lists.length

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-contacts-'))
  database = await Database.open(join(folder, 'catalogue.db'), tableOwners(), CATALOGUE)
  told = []
  book = open()
  ada = new TestPerson()
  book.follow([node(ada.did)])
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

describe('the device lists of a contact', () => {
  test('are kept from the first one on, over a restart, and go on without gaps', () => {
    const { root, next } = ada
    expect(book.keysOf(ada.did)).toEqual({ person: root.publicKey, root: root.publicKey })
    expect(take(ada.sign().sign().lists.slice(1))).toBe('incomplete')
    expect([take(), count()]).toEqual(['accepted', 3])
    book = open()
    expect([count(), take()]).toEqual([3, 'accepted'])
    ada.sign().sign()
    expect(take(ada.lists.slice(4))).toBe('incomplete')
    expect([take(ada.lists.slice(2)), count()]).toEqual(['accepted', 5])
    expect(book.keysOf(ada.did).root).not.toEqual(next.publicKey)
    expect(told).toEqual([])
  })

  test('that go backwards are announced and not accepted, until the user dismisses that', () => {
    take(ada.sign().sign().lists)
    const old = ada.lists.slice(0, 2)
    expect([take(old), count(), alarms()]).toEqual(['refused', 3, ['older']])
    expect([take(old.slice(1)), count()]).toEqual(['refused', 3])
    expect(told).toEqual([[ada.did, 'older']])
    expect(open().alarms).toMatchObject([{ did: ada.did, kind: 'older', atMs: 1000 * NOW }])
    book.dismissAlarms(ada.did)
    expect(alarms()).toEqual([])
    take(old)
    expect(told).toHaveLength(2)
  })

  test('that contradict the known ones anywhere are announced and not accepted', () => {
    const before = ada.history
    take(ada.sign().sign().lists)
    const known = ada.lists.map(({ hash }) => hash)
    // The thief of the root key adds a device in another place.
    const thief = new TestPerson()
    for (const forked of [
      ada.after(ada.after(before, { devices: [thief.device] }), { devices: [] }),
      ada.after(before, { devices: [thief.device] }),
    ]) {
      expect(take(forked.lists)).toBe('refused')
      expect(alarms()).toEqual(['forked'])
      book.dismissAlarms(ada.did)
      expect(take(forked.lists.slice(1))).toBe('refused')
      expect(alarms()).toEqual(['forked'])
      book.dismissAlarms(ada.did)
    }
    expect(book.find(ada.did)?.lists.map(({ hash }) => hash)).toEqual(known)
  })

  test('that the successor signed are accepted loudly, and end the verification', () => {
    take(ada.sign().lists)
    book.verify(ada.did)
    expect(book.find(ada.did)?.verifiedMs).toBe(1000 * NOW)
    ada.rotate()
    // The previous lists are needed to accept all of them.
    expect(take(ada.lists.slice(1))).toBe('incomplete')
    expect([take(), count(), alarms()]).toEqual(['accepted', 3, ['rotated', 'unverified']])
    expect(book.find(ada.did)?.verifiedMs).toBe(null)
    expect(book.keysOf(ada.did).root).toEqual(ada.next.publicKey)
    book.verify(ada.did)
    expect([alarms(), book.find(ada.did)?.verifiedMs]).toEqual([['rotated'], 1000 * NOW])
  })

  test('end the reign of a thief of the root key, however many lists the thief signed', () => {
    const before = ada.history
    const thief = new TestPerson()
    const stolen = ada.after(ada.after(ada.after(before, { devices: [thief.device] })))
    take(stolen.lists)
    book.verify(ada.did)
    ada.sign().rotate()
    expect([take(), count(), alarms()]).toEqual(['accepted', 3, ['rotated', 'unverified']])
    expect(take(stolen.lists)).toBe('refused')
    expect(book.keysOf(ada.did).root).toEqual(ada.next.publicKey)
  })

  test('of somebody else, with gaps, forged, or too many are refused', () => {
    const eve = new TestPerson().sign()
    const code = (lists: readonly SignedDeviceList[]) => {
      try {
        return take(lists)
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(code(eve.lists)).toBe('bad-device-list')
    take(ada.sign().sign().lists)
    expect(code(eve.lists)).toBe('bad-device-list')
    expect(code([ada.lists[0]!, ada.lists[2]!])).toBe('bad-device-list')
    expect(() => take([{ ...ada.lists[0]!, bytes: flipped(ada.lists[0]!.bytes) }])).toThrow(
      expect.objectContaining({ code: 'bad-device-list' }),
    )
    // Someone else's key continues the history.
    const taken = eve.after({ lists: eve.lists.slice(0, 1), devices: [] }).lists.slice(1)
    expect(code([...ada.lists, ...taken])).toBe('bad-device-list')
    expect([count(), alarms()]).toEqual([3, []])
    expect(book.takeLists(eve.did, sent(eve.lists))).toBe('refused')
    expect(book.find(eve.did)).toBe(null)
  })
})

describe('the profile of a contact', () => {
  test('is kept, and replaced by newer ones only', () => {
    expect(book.takeProfile(ada.did, ada.profile({ name: 'Ada' }, 5))).toBe(false)
    take()
    const named = () => book.find(ada.did)?.profile?.profile.name
    expect([book.takeProfile(ada.did, ada.profile({ name: 'Ada' }, 5)), named()]).toEqual([true, 'Ada'])
    book = open()
    for (const version of [5, 4, 0])
      expect([book.takeProfile(ada.did, ada.profile({ name: 'Old' }, version)), named()]).toEqual([
        false,
        'Ada',
      ])
    book.takeProfile(ada.did, ada.profile({}, 6))
    expect([named(), book.stateOf(ada.did)]).toEqual([null, { lists: 1, profile: 6 }])
  })

  test('ends with the device that signed it, also one with the highest version', () => {
    take()
    book.takeProfile(ada.did, ada.profile({ name: 'Thief' }, Number.MAX_SAFE_INTEGER))
    const other = new TestPerson()
    ada.sign({ devices: [other.device] })
    take()
    expect(book.find(ada.did)?.profile).toBe(null)
    expect(() => book.takeProfile(ada.did, { ...other.profile({ name: 'Eve' }, 1) })).toThrow(
      expect.objectContaining({ code: 'bad-profile' }),
    )
  })
})

describe('a node that shows another person', () => {
  test('is announced, and the verification of the first one says nothing of the other', () => {
    const eve = new TestPerson()
    book.verify(ada.did)
    book.follow([node(null)])
    expect(told).toEqual([])
    book.follow([node(eve.did)])
    expect(told).toEqual([
      [eve.did, 'changed'],
      [eve.did, 'unverified'],
    ])
    expect(book.alarms).toMatchObject([{ detail: ada.did }, { detail: ada.did }])
    expect([book.find(eve.did)?.verifiedMs, book.find(ada.did)?.verifiedMs]).toEqual([null, 1000 * NOW])
  })

  test('fills no memory with persons', () => {
    for (let turn = 0; turn < 50; turn++) book.follow([node(new TestPerson().did)])
    expect([book.dids.length, book.alarms.length]).toEqual([1, 1])
    book.follow([])
    expect([book.dids, book.alarms]).toEqual([[], []])
  })
})

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.with(150, bytes[150]! ^ 1)
}
