import { KeyPair } from '@shoal/identity'
import {
  type Device,
  type DeviceHistory,
  newestList,
  signNextDevices,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import type { Journals } from '../device/ports.ts'
import { type AskedPerson, HubPeople } from './hub-people.ts'

const HOME = 'https://hub.example'
const NOW_MS = 1_700_000_000_000

/** A person whose device lists grow. */
function person() {
  const root = KeyPair.generate()
  let history: DeviceHistory | null = null
  let seconds = 1_000_000
  const device = (): Device => {
    const keys = { loginKey: KeyPair.generate().publicKey, messageKey: KeyPair.generate().publicKey }
    return { name: 'Laptop', kind: 'browser', ...keys, added: 1 }
  }
  const successor = KeyPair.generate()
  const sign = (
    before: DeviceHistory | null = history,
    devices: readonly Device[] = [device()],
    by = root,
  ) => {
    const named = by === root ? successor : KeyPair.generate()
    const first = before && by === root ? {} : { successor: named.publicKey }
    history = signNextDevices(before, { devices, unixSeconds: seconds++, ...first }, by)
    return history
  }
  return { did: root.did, root, successor, sign }
}

const listsOf = (history: DeviceHistory) =>
  writeDeviceHistory(history).lists.map(text => new Uint8Array(Buffer.from(text, 'base64url')))

/** A hub whose answers a test changes, and journals that outlive the people. */
function world() {
  const records: Uint8Array[] = []
  const journals: Pick<Journals, 'open'> = {
    open: async () => ({
      async append(record) {
        records.push(record)
      },
      async replace(all) {
        records.splice(0, records.length, ...all)
      },
      async *read() {
        yield* [...records]
      },
    }),
  }
  const members = new Map<string, AskedPerson>()
  const it = { isAway: false, asks: 0, members, records }
  const open = () =>
    HubPeople.open({
      ...{ journals, clock: new VirtualClock(NOW_MS) },
      async ask(did, home) {
        it.asks++
        expect(home).toBe(HOME)
        if (it.isAway) throw new Error('away')
        return members.get(did) ?? null
      },
    })
  return { ...it, it, open }
}

test('somebody is asked for once at a time, kept, and known after a restart without the hub', async () => {
  const { it, members, open } = world()
  const ann = person()
  members.set(ann.did, { lists: listsOf(ann.sign()), name: 'Ann' })
  const people = await open()
  expect(people.known(ann.did)).toBeNull()
  const [one, other] = await Promise.all([people.find(ann.did, HOME), people.find(ann.did, HOME)])
  expect([one, it.asks]).toEqual([other, 1])
  expect(one).toMatchObject({ isContact: false, isBlocked: false })
  it.isAway = true
  const again = await open()
  expect([again.nameOf(ann.did), again.all.map(({ did }) => did)]).toEqual(['Ann', [ann.did]])
  expect((await again.find(ann.did, HOME))!.list!.hash).toEqual(one!.list!.hash)
  await expect(again.find(person().did, HOME)).rejects.toThrow('away')
})

test('nobody is null, and listeners hear of a newer list', async () => {
  const { members, open } = world()
  const [ann, ben] = [person(), person()]
  const people = await open()
  expect(await people.find(ben.did, HOME)).toBeNull()
  members.set(ann.did, { lists: listsOf(ann.sign()), name: 'Ann' })
  await people.find(ann.did, HOME)
  const told: string[] = []
  const stop = people.listen(did => told.push(did))
  const newer = ann.sign()
  // The name seen first is kept: otherwise a hub could swap those of two people.
  members.set(ann.did, { lists: listsOf(newer), name: 'Ben' })
  const found = await people.find(ann.did, HOME)
  expect([found!.list!.hash, told]).toEqual([newestList(newer).hash, [ann.did]])
  expect(people.nameOf(ann.did)).toBe('Ann')
  stop()
})

test('lists that are older, forked or of somebody else are refused and reported, until the user has seen it', async () => {
  const { members, open } = world()
  const [ann, ben] = [person(), person()]
  const first = ann.sign()
  const second = ann.sign(first)
  const twin = ann.sign(first)
  const people = await open()
  const show = (lists: readonly Uint8Array[]) => {
    members.set(ann.did, { lists, name: 'Ann' })
    return people.find(ann.did, HOME)
  }
  expect(await show(listsOf(ben.sign()))).toBeNull()
  await show(listsOf(second))
  for (const lists of [listsOf(first), listsOf(twin)])
    expect((await show(lists))!.list!.hash).toEqual(newestList(second).hash)
  await show(listsOf(ben.sign()))
  const again = await open()
  const proof = newestList(twin).bytes
  expect(again.known(ann.did)!.alarms).toEqual([
    { kind: 'older', atMs: NOW_MS, proof: null },
    { kind: 'forked', atMs: NOW_MS, proof },
    { kind: 'bad', atMs: NOW_MS, proof: null },
  ])
  await again.mark(ann.did, { alarms: [] })
  expect((await open()).known(ann.did)!.alarms).toEqual([])
})

test('what the user says about a person is kept, in one record each after a restart', async () => {
  const { records, members, open } = world()
  const ann = person()
  members.set(ann.did, { lists: listsOf(ann.sign()), name: 'Ann' })
  const people = await open()
  await people.find(ann.did, HOME)
  for (const isBlocked of [true, false, true]) await people.mark(ann.did, { isBlocked })
  expect(records).toHaveLength(4)
  const again = await open()
  expect(again.known(ann.did)).toMatchObject({ isBlocked: true, isContact: false })
  expect(records).toHaveLength(1)
})

test('other devices of a contact, and another key, are announced, and the mark of compared keys falls', async () => {
  const { members, open } = world()
  const ann = person()
  const people = await open()
  const show = async (history: DeviceHistory) => {
    members.set(ann.did, { lists: listsOf(history), name: 'Ann' })
    await people.find(ann.did, HOME)
    return people.known(ann.did)!.alarms.map(({ kind }) => kind)
  }
  const first = ann.sign()
  await show(first)
  // There are no alarms about strangers.
  expect(await show(ann.sign())).toEqual([])
  await people.mark(ann.did, { isContact: true, verified: { root: ann.root.publicKey, atMs: NOW_MS } })
  const second = ann.sign()
  expect(await show(second)).toEqual(['changed'])
  await people.mark(ann.did, { alarms: [] })
  // A list that was only signed again has the same devices.
  expect(await show(ann.sign(second, second.devices))).toEqual([])
  expect(people.known(ann.did)!.verified).not.toBeNull()
  expect(await show(ann.sign(undefined, second.devices, ann.successor))).toEqual(['unverified', 'rotated'])
  expect((await open()).known(ann.did)).toMatchObject({ isContact: true, verified: null })
})

test('the user names persons, also those of whom nothing is known', async () => {
  const { members, open } = world()
  const [ann, ben] = [person(), person()]
  members.set(ann.did, { lists: listsOf(ann.sign()), name: 'Ann' })
  const people = await open()
  await people.mark(ann.did, { given: 'Annika', isContact: true })
  await people.mark(ben.did, { given: 'Ben of the harbour' })
  await people.find(ann.did, HOME)
  const again = await open()
  expect([again.nameOf(ann.did), again.nameOf(ben.did)]).toEqual(['Annika', 'Ben of the harbour'])
  expect(again.known(ann.did)).toMatchObject({ isContact: true, shown: 'Ann', alarms: [] })
  expect(again.known(ben.did)).toMatchObject({ isContact: false, list: null })
  await again.mark(ann.did, { given: null })
  expect(again.nameOf(ann.did)).toBe('Ann')
})

test('records of earlier versions are read', async () => {
  const { records, open } = world()
  const ann = person()
  records.push(encodeCbor([ann.did, newestList(ann.sign()).bytes, 'Ann', 1, 0]))
  expect((await open()).known(ann.did)).toMatchObject({
    ...{ isContact: true, isBlocked: false, shown: 'Ann', given: null, verified: null, alarms: [] },
  })
})
