/** Contract tests of key packages, for any database. */
import { randomBytes } from 'node:crypto'
import { equalBytes } from '@shoal/torrent/base'
import { expect, test } from 'vitest'
import { type KeyPackageUpload, MAX_KEY_PACKAGES, TAKINGS_PER_DAY } from '../key-packages/key-packages.ts'
import { device, person } from './person.ts'
import type { TestPlace } from './place.ts'
import type { TestStores } from './stores.ts'

const START = 1_800_000_000_000
const DAY_MS = 86_400_000

/** An account with devices. */
async function account({ accounts, deviceLists }: TestStores, count = 1) {
  const lists = person()
  const descriptions = Array.from({ length: count }, (_, at) => device(`device ${at}`))
  await accounts.create({ did: lists.did })
  const newest = lists.next(null, descriptions)
  await deviceLists.put(lists.did, [newest.bytes])
  const devices = []
  for (const each of descriptions) devices.push(await deviceLists.putDevice(lists.did, each))
  return { did: lists.did, lists, newest, descriptions, devices }
}

function upload(number: number, some: Partial<KeyPackageUpload> = {}): KeyPackageUpload {
  return { number, oneTime: [], lastResort: null, isReplacing: false, ...some }
}

const packages = (count: number, length = 9) => Array.from({ length: count }, () => randomBytes(length))
const lastOf = (bytes: Uint8Array) => ({ ref: new Uint8Array(randomBytes(32)), bytes })
const taker = () => randomBytes(32)

export function testKeyPackages(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores, pass: (ms: number) => void) => Promise<void>) =>
    test(what, async () => {
      let now = START
      await using stores = await place().open({ now: () => now })
      await run(stores, ms => {
        now += ms
      })
    })

  withStores('a key package is taken once, also by many at once, and then the last resort', async stores => {
    const { keyPackages } = stores
    await using another = await place().open({ now: () => START })
    const { did, devices } = await account(stores)
    const [own] = devices as [Uint8Array]
    const [oneTime, [bytes]] = [packages(20), packages(1)]
    const lastResort = lastOf(bytes!)
    expect(await keyPackages.counts(did, own)).toEqual({ upload: 0, oneTime: 0, lastResort: null })
    await keyPackages.add(did, own, upload(1, { oneTime, lastResort }))
    expect(await keyPackages.counts(did, own)).toEqual({ upload: 1, oneTime: 20, lastResort: lastResort.ref })
    const all = await Promise.all(
      Array.from({ length: 25 }, (_, at) =>
        (at % 2 ? stores : another).keyPackages.take(did, { taker: taker() }),
      ),
    )
    const taken = all.map(([one]) => one!)
    const once = taken.filter(({ isLastResort }) => !isLastResort).map(({ bytes }) => String(bytes))
    expect(once.sort()).toEqual(oneTime.map(each => String(new Uint8Array(each))).sort())
    for (const { bytes, isLastResort, device } of taken) {
      expect(device).toEqual(own)
      if (isLastResort) expect(bytes).toEqual(new Uint8Array(lastResort.bytes))
    }
    expect(await keyPackages.counts(did, own)).toEqual({ upload: 1, oneTime: 0, lastResort: lastResort.ref })
  })

  withStores('each device that is wanted gives one, and those without are listed', async stores => {
    const { keyPackages } = stores
    const { did, devices } = await account(stores, 3)
    const [one, two, three] = devices as [Uint8Array, Uint8Array, Uint8Array]
    const [a, b] = [randomBytes(9), randomBytes(9)]
    await keyPackages.add(did, one, upload(1, { oneTime: [a] }))
    await keyPackages.add(did, two, upload(1, { oneTime: [b] }))
    const taken = await keyPackages.take(did, { taker: taker(), isWanted: hash => !equalBytes(hash, one) })
    expect(taken).toHaveLength(2)
    expect(taken).toContainEqual({ device: two, bytes: new Uint8Array(b), isLastResort: false })
    expect(taken).toContainEqual({ device: three, bytes: null, isLastResort: false })
    expect((await keyPackages.counts(did, one)).oneTime).toBe(1)
  })

  withStores(
    'a taker gets so many of a device in a day, and then the last resort only',
    async (stores, pass) => {
      const { keyPackages } = stores
      const { did, devices } = await account(stores)
      const lastResort = lastOf(packages(1)[0]!)
      await keyPackages.add(
        did,
        devices[0]!,
        upload(1, { oneTime: packages(TAKINGS_PER_DAY + 3), lastResort }),
      )
      const greedy = taker()
      const take = async (by = greedy) => (await keyPackages.take(did, { taker: by }))[0]!.isLastResort
      for (let at = 0; at < TAKINGS_PER_DAY; at++) expect(await take()).toBe(false)
      expect([await take(), await take(taker())]).toEqual([true, false])
      await keyPackages.forgetTakings()
      expect(await take()).toBe(true)
      pass(DAY_MS)
      await keyPackages.forgetTakings()
      expect(await take()).toBe(false)
      expect((await keyPackages.counts(did, devices[0]!)).oneTime).toBe(1)
    },
  )

  withStores('a repeated upload adds nothing, and one out of turn is refused', async stores => {
    const { keyPackages } = stores
    const { did, devices } = await account(stores)
    const [own] = devices as [Uint8Array]
    const first = upload(1, { oneTime: packages(2), lastResort: lastOf(packages(1)[0]!) })
    await keyPackages.add(did, own, first)
    await keyPackages.take(did, { taker: taker() })
    expect(await keyPackages.add(did, own, first)).toEqual({
      ...{ upload: 1, oneTime: 1, lastResort: first.lastResort!.ref },
    })
    for (const number of [3, 4])
      await expect(keyPackages.add(did, own, upload(number))).rejects.toMatchObject({ code: 'conflict' })
    await keyPackages.add(did, own, upload(2, { oneTime: packages(3) }))
    await expect(keyPackages.add(did, own, first)).rejects.toMatchObject({ code: 'conflict' })
    const replaced = upload(3, { oneTime: packages(1), isReplacing: true })
    expect(await keyPackages.add(did, own, replaced)).toEqual({ upload: 3, oneTime: 1, lastResort: null })
  })

  withStores('count and size are bounded, and a full device keeps what it has', async stores => {
    const { keyPackages } = stores
    const { did, devices } = await account(stores)
    const [own] = devices as [Uint8Array]
    const refused = (code: string, some: Partial<KeyPackageUpload>) =>
      expect(keyPackages.add(did, own, upload(1, some))).rejects.toMatchObject({ code })
    const same = randomBytes(9)
    await refused('bad-argument', { oneTime: packages(MAX_KEY_PACKAGES + 1) })
    await refused('bad-argument', { oneTime: packages(1, 24 * 1024 + 1) })
    await refused('bad-argument', { oneTime: [same, same] })
    await refused('bad-argument', { lastResort: lastOf(new Uint8Array()) })
    await refused('full', { oneTime: packages(50, 24 * 1024) })
    await keyPackages.add(did, own, upload(1, { oneTime: packages(MAX_KEY_PACKAGES) }))
    await expect(keyPackages.add(did, own, upload(2, { oneTime: packages(1) }))).rejects.toMatchObject({
      code: 'full',
    })
    expect(await keyPackages.counts(did, own)).toMatchObject({ upload: 1, oneTime: MAX_KEY_PACKAGES })
  })

  withStores('they go with their device, and strangers have none', async stores => {
    const { keyPackages, deviceLists } = stores
    const { did, lists, newest, descriptions, devices } = await account(stores, 2)
    const [gone, stays] = devices as [Uint8Array, Uint8Array]
    for (const each of devices) await keyPackages.add(did, each, upload(1, { oneTime: packages(2) }))
    await deviceLists.put(did, [lists.next(newest, [descriptions[1]!]).bytes])
    expect(await keyPackages.counts(did, gone)).toEqual({ upload: 0, oneTime: 0, lastResort: null })
    expect((await keyPackages.take(did, { taker: taker() })).map(({ device }) => device)).toEqual([stays])
    await expect(keyPackages.add(did, gone, upload(1))).rejects.toMatchObject({ code: 'refused' })
    for (const call of [
      () => keyPackages.take('did:key:unknown', { taker: taker() }),
      () => keyPackages.counts('did:key:unknown', stays),
      () => keyPackages.add('did:key:unknown', stays, upload(1)),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'not-found' })
  })
}
