/** The promises of accounts, device lists, sessions, passkeys, invitations, tracker keys and the audit log, on any database. */
import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import {
  deviceHash,
  encodeDevice,
  LIST_LIFE_SECONDS,
  type SignedDeviceList,
  signDeviceList,
  successorOf,
} from '@shoal/identity/devices'
import { expect, test } from 'vitest'
import type { HubStores } from '../stores.ts'
import type { TestPlace } from './place.ts'

const ISSUED = 1_800_000_000
const HOUR_MS = 3_600_000

/** A person with a root key, its successor, and lists. */
function person() {
  const [root, successor, last] = [KeyPair.generate(), KeyPair.generate(), KeyPair.generate()]
  const next = (
    before: SignedDeviceList | null,
    devices: readonly Uint8Array[],
    [signer, after]: readonly [KeyPair, KeyPair] = [root, successor],
  ) =>
    signDeviceList(
      {
        successor: successorOf(after.publicKey),
        issued: ISSUED,
        expires: ISSUED + LIST_LIFE_SECONDS,
        devices: devices.map(deviceHash),
      },
      before,
      signer,
    )
  return { did: root.did, next, takeover: [successor, last] as const }
}

function device(name: string): Uint8Array {
  const keys = { loginKey: KeyPair.generate().publicKey, messageKey: KeyPair.generate().publicKey }
  return encodeDevice({ name, kind: 'node', added: ISSUED, ...keys })
}

const bytes = (list: SignedDeviceList) => list.bytes

export function testAccounts(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: HubStores, pass: (ms: number) => void) => Promise<void>) =>
    test(what, async () => {
      let now = 1_800_000_000_000
      await using stores = await place().open({ now: () => now })
      await run(stores, ms => {
        now += ms
      })
    })

  withStores('an account is created once, changed and removed', async ({ accounts }) => {
    const { did } = person()
    const created = await accounts.create({ did, name: 'Ann' })
    expect(created).toMatchObject({ did, name: 'Ann', role: 'member', state: 'active' })
    expect(await accounts.get(did)).toEqual(created)
    await expect(accounts.create({ did })).rejects.toMatchObject({ code: 'exists' })
    expect(await accounts.change(did, { role: 'moderator' })).toEqual({ ...created, role: 'moderator' })
    expect(await accounts.change(did, { name: '' })).toMatchObject({ name: '', role: 'moderator' })
    expect(await accounts.remove(did)).toBe(true)
    expect(await accounts.remove(did)).toBe(false)
    await expect(accounts.get(did)).rejects.toMatchObject({ code: 'not-found' })
    const wrong = [
      { did: 'ann' },
      { did, name: 'x'.repeat(65) },
      { did, name: 'a\0b' },
      { did, role: 'owner' as 'admin' },
    ]
    for (const each of wrong)
      await expect(accounts.create(each)).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores('accounts are listed in pages and by state', async ({ accounts }) => {
    const people = Array.from({ length: 5 }, person)
    for (const { did } of people) await accounts.create({ did })
    await accounts.change(people[2]!.did, { state: 'banned' })
    const dids = people.map(({ did }) => did)
    const page = await accounts.list({ after: dids[0]!, limit: 2 })
    expect(page.map(({ did }) => did)).toEqual(dids.slice(1, 3))
    expect((await accounts.list({ after: dids[2]! })).map(({ did }) => did)).toEqual(dids.slice(3))
    const banned = await accounts.list({ after: dids[0]!, state: 'banned' })
    expect(banned.map(({ did }) => did)).toEqual([dids[2]])
  })

  withStores(
    'an invitation creates as many accounts as it says, in its role',
    async ({ accounts, invitations }) => {
      const by = 'did:key:admin'
      const { secret, invitation } = await invitations.create({
        by,
        lifeMs: HOUR_MS,
        uses: 2,
        role: 'moderator',
        note: 'friends',
      })
      expect(secret).toHaveLength(22)
      expect(await invitations.check(secret)).toEqual(invitation)
      expect(await invitations.list(by)).toContainEqual(invitation)
      expect(JSON.stringify(await invitations.list())).not.toContain(secret)
      const [ann, ben, cat] = [person().did, person().did, person().did]
      expect(await accounts.create({ did: ann, invitation: secret })).toMatchObject({ role: 'moderator' })
      // An account that exists does not use it up.
      await expect(accounts.create({ did: ann, invitation: secret })).rejects.toMatchObject({
        code: 'exists',
      })
      expect(await invitations.check(secret)).toMatchObject({ uses: 1 })
      await accounts.create({ did: ben, invitation: secret })
      await expect(accounts.create({ did: cat, invitation: secret })).rejects.toMatchObject({
        code: 'refused',
      })
      await expect(accounts.get(cat)).rejects.toMatchObject({ code: 'not-found' })
      expect(await invitations.check(secret)).toBeNull()
    },
  )

  withStores(
    'an invitation is refused once it is expired or revoked, or if it is guessed',
    async (stores, pass) => {
      const { accounts, invitations } = stores
      const refused = async (invitation: string) =>
        expect(accounts.create({ did: person().did, invitation })).rejects.toMatchObject({ code: 'refused' })
      const one = await invitations.create({ by: 'hub', lifeMs: HOUR_MS })
      const other = await invitations.create({ by: 'hub', lifeMs: 3 * HOUR_MS })
      await refused(one.invitation.id)
      await refused('x'.repeat(100_000))
      pass(HOUR_MS)
      await refused(one.secret)
      expect(await invitations.revoke(other.invitation.id)).toBe(true)
      expect(await invitations.revoke(other.invitation.id)).toBe(false)
      await refused(other.secret)
    },
  )

  test('of many who use the last place of an invitation at once, one gets an account', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => place().open()))
    try {
      const { secret } = await stores[0]!.invitations.create({ by: 'hub', lifeMs: HOUR_MS })
      const tries = stores.flatMap(({ accounts }) =>
        [1, 2, 3].map(() => accounts.create({ did: person().did, invitation: secret })),
      )
      const outcomes = await Promise.allSettled(tries)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const each of outcomes) if (each.status === 'rejected') expect(each.reason.code).toBe('refused')
    } finally {
      for (const each of stores) await each.close()
    }
  })

  withStores(
    'device lists are kept from the first on, and never go backwards',
    async ({ accounts, deviceLists }) => {
      const { did, next } = person()
      await accounts.create({ did })
      expect([await deviceLists.newest(did), await deviceLists.get(did)]).toEqual([null, []])
      const one = next(null, [device('a')])
      const two = next(one, [device('b')])
      const three = next(two, [])
      expect(await deviceLists.put(did, [one].map(bytes))).toMatchObject({ kind: 'first' })
      expect(await deviceLists.put(did, [one, two, three].map(bytes))).toMatchObject({
        kind: 'newer',
        rotated: false,
      })
      expect(await deviceLists.put(did, [three].map(bytes))).toMatchObject({ kind: 'same' })
      expect(await deviceLists.put(did, [two].map(bytes))).toMatchObject({ kind: 'older' })
      expect(await deviceLists.put(did, [next(two, [device('c')])].map(bytes))).toMatchObject({
        kind: 'forked',
      })
      expect(await deviceLists.get(did)).toEqual([one, two, three].map(bytes))
      expect((await deviceLists.newest(did))?.hash).toEqual(three.hash)
      const stranger = person().next(null, [])
      await expect(deviceLists.put(did, [stranger].map(bytes))).rejects.toMatchObject({
        code: 'bad-device-list',
      })
      await expect(deviceLists.put(did, [new Uint8Array(10)])).rejects.toMatchObject({
        code: 'bad-device-list',
      })
    },
  )

  withStores(
    'the successor of a root key replaces what a thief signed',
    async ({ accounts, deviceLists }) => {
      const { did, next, takeover } = person()
      await accounts.create({ did })
      const one = next(null, [device('mine')])
      const stolen = next(one, [device('thief')])
      const more = next(stolen, [device('thief')])
      await deviceLists.put(did, [one, stolen, more].map(bytes))
      const rotated = next(one, [device('new')], takeover)
      expect(await deviceLists.put(did, [one, rotated].map(bytes))).toMatchObject({
        kind: 'newer',
        rotated: true,
      })
      expect(await deviceLists.get(did)).toEqual([one, rotated].map(bytes))
    },
  )

  withStores('a session belongs to a device of the newest list, and ends with it', async stores => {
    const { accounts, deviceLists, sessions } = stores
    const { did, next } = person()
    await accounts.create({ did })
    const [phone, laptop] = [device('phone'), device('laptop')]
    const one = next(null, [phone, laptop])
    await deviceLists.put(did, [one].map(bytes))
    const hashes = [await deviceLists.putDevice(did, phone), await deviceLists.putDevice(did, laptop)]
    expect(hashes).toEqual([deviceHash(phone), deviceHash(laptop)])
    await expect(deviceLists.putDevice(did, device('other'))).rejects.toMatchObject({ code: 'refused' })
    const [onPhone, onLaptop] = await Promise.all(
      hashes.map(each => sessions.begin(did, { device: each, label: 'Shoal', lifeMs: HOUR_MS })),
    )
    expect(await sessions.use(onPhone!.secret)).toMatchObject({ account: { did }, session: onPhone!.session })
    await deviceLists.put(did, [next(one, [laptop])].map(bytes))
    expect(await sessions.use(onPhone!.secret)).toBeNull()
    expect(await sessions.use(onLaptop!.secret)).not.toBeNull()
    expect((await deviceLists.devices(did)).map(({ description }) => description)).toEqual([laptop])
    const late = sessions.begin(did, { device: hashes[0]!, label: '', lifeMs: HOUR_MS })
    await expect(late).rejects.toMatchObject({ code: 'refused' })
  })

  withStores('sessions are listed, ended, and expire', async ({ accounts, sessions }, pass) => {
    const { did } = person()
    await accounts.create({ did })
    const begin = async (label: string, lifeMs = 10 * HOUR_MS) => {
      pass(1000)
      return sessions.begin(did, { label, lifeMs })
    }
    const [one, two, three] = [await begin('one'), await begin('two'), await begin('three', HOUR_MS)]
    const labels = async () => (await sessions.list(did)).map(({ label }) => label)
    expect(await labels()).toEqual(['three', 'two', 'one'])
    pass(120_000)
    expect((await sessions.use(one.secret))?.session.label).toBe('one')
    expect(await labels()).toEqual(['one', 'three', 'two'])
    pass(HOUR_MS)
    expect(await sessions.use(three.secret)).toBeNull()
    expect(await labels()).toEqual(['one', 'two'])
    expect(await sessions.end(did, { id: two.session.id })).toBe(1)
    expect(await sessions.use(two.secret)).toBeNull()
    // The id is not the secret.
    expect(await sessions.use(one.session.id)).toBeNull()
    const four = await begin('four')
    expect(await sessions.end(did, { allBut: four.session.id })).toBe(1)
    expect(await labels()).toEqual(['four'])
    // Another account cannot end it.
    const other = person().did
    await accounts.create({ did: other })
    expect(await sessions.end(other, { id: four.session.id })).toBe(0)
    expect(await sessions.use(four.secret)).not.toBeNull()
  })

  withStores(
    'more sessions than the limit end the one that was used least recently',
    async (stores, pass) => {
      const { accounts, sessions } = stores
      const { did } = person()
      await accounts.create({ did })
      const first = await sessions.begin(did, { label: 'first', lifeMs: HOUR_MS })
      for (let at = 0; at < 99; at++) {
        pass(1)
        await sessions.begin(did, { label: `${at}`, lifeMs: HOUR_MS })
      }
      expect(await sessions.use(first.secret)).not.toBeNull()
      pass(1)
      await sessions.begin(did, { label: 'last', lifeMs: HOUR_MS })
      expect(await sessions.use(first.secret)).toBeNull()
      expect(await sessions.list(did)).toHaveLength(100)
    },
  )

  withStores(
    'a ban ends all sessions, and nothing begins one',
    async ({ accounts, sessions, trackerKeys }) => {
      const { did } = person()
      await accounts.create({ did })
      const { secret } = await sessions.begin(did, { label: '', lifeMs: HOUR_MS })
      const key = await trackerKeys.renew(did)
      await accounts.change(did, { state: 'banned' })
      expect([await sessions.use(secret), await trackerKeys.find(key)]).toEqual([null, null])
      await expect(sessions.begin(did, { label: '', lifeMs: 1 })).rejects.toMatchObject({ code: 'refused' })
      await accounts.change(did, { state: 'active' })
      expect([await sessions.use(secret), await trackerKeys.find(key)]).toEqual([null, did])
    },
  )

  withStores('a passkey belongs to one account, and its counter grows', async ({ accounts, passkeys }) => {
    const [ann, ben] = [person().did, person().did]
    for (const did of [ann, ben]) await accounts.create({ did })
    const id = new Uint8Array(randomBytes(32))
    const passkey = {
      id,
      publicKey: new Uint8Array(77),
      counter: 0,
      transports: 'internal,hybrid',
      name: 'Phone',
    }
    await passkeys.add(ann, passkey)
    await expect(passkeys.add(ben, passkey)).rejects.toMatchObject({ code: 'exists' })
    expect(await passkeys.find(id)).toMatchObject({ did: ann, passkey })
    expect(await passkeys.find(new Uint8Array(randomBytes(32)))).toBeNull()
    await passkeys.noteLogin(id, 0)
    await passkeys.noteLogin(id, 5)
    for (const counter of [0, 4, 5])
      await expect(passkeys.noteLogin(id, counter)).rejects.toMatchObject({ code: 'refused' })
    expect(await passkeys.list(ann)).toMatchObject([{ name: 'Phone', counter: 5 }])
    expect(await passkeys.remove(ben, id)).toBe(false)
    expect(await passkeys.remove(ann, id)).toBe(true)
    expect(await passkeys.list(ann)).toEqual([])
    for (let at = 0; at < 20; at++)
      await passkeys.add(ann, { ...passkey, id: new Uint8Array(randomBytes(16)) })
    await expect(passkeys.add(ann, passkey)).rejects.toMatchObject({ code: 'full' })
  })

  withStores('a tracker key is replaced, and totals stay and add up', async ({ accounts, trackerKeys }) => {
    const [ann, ben] = [person().did, person().did]
    for (const did of [ann, ben]) await accounts.create({ did })
    const first = await trackerKeys.renew(ann)
    expect(await trackerKeys.find(first)).toBe(ann)
    await trackerKeys.renew(ben)
    const traffic = (uploadedBytes: number, downloadedBytes: number) => ({ uploadedBytes, downloadedBytes })
    await trackerKeys.add(
      new Map([
        [ann, traffic(5, 1)],
        [ben, traffic(2 ** 49, 0)],
        [person().did, traffic(1, 1)],
      ]),
    )
    await trackerKeys.add(new Map([[ann, traffic(10, 2)]]))
    await trackerKeys.add(new Map())
    const second = await trackerKeys.renew(ann)
    expect([await trackerKeys.find(first), await trackerKeys.find(second)]).toEqual([null, ann])
    expect(await trackerKeys.totals(ann)).toEqual(traffic(15, 3))
    expect(await trackerKeys.totals(ben)).toEqual(traffic(2 ** 49, 0))
    const lie = trackerKeys.add(new Map([[ann, traffic(-1, 0)]]))
    await expect(lie).rejects.toMatchObject({ code: 'bad-argument' })
  })

  withStores('a removed account leaves nothing but the audit log', async stores => {
    const { accounts, audit, deviceLists, passkeys, sessions, trackerKeys } = stores
    const { did, next } = person()
    const phone = device('phone')
    await accounts.create({ did })
    await deviceLists.put(did, [next(null, [phone])].map(bytes))
    await deviceLists.putDevice(did, phone)
    const { secret } = await sessions.begin(did, { label: '', lifeMs: HOUR_MS })
    const key = await trackerKeys.renew(did)
    const id = new Uint8Array(randomBytes(16))
    await passkeys.add(did, { id, publicKey: id, counter: 0, transports: '', name: 'x' })
    await audit.add({ actor: did, action: 'leave', subject: did, detail: '', isPublic: false })
    await accounts.remove(did)
    expect([await sessions.use(secret), await trackerKeys.find(key), await passkeys.find(id)]).toEqual([
      null,
      null,
      null,
    ])
    await accounts.create({ did })
    expect([await deviceLists.get(did), await sessions.list(did)]).toEqual([[], []])
    expect(await audit.list({ subject: did })).toHaveLength(1)
  })

  withStores('the audit log is read backwards, in pages', async ({ audit }) => {
    const subject = person().did
    const entry = (action: string, isPublic: boolean) => ({
      actor: 'did:key:mod',
      action,
      subject,
      detail: '…',
      isPublic,
    })
    for (const [at, action] of ['warn', 'note', 'ban', 'unban'].entries())
      await audit.add(entry(action, at !== 1))
    const actions = (entries: readonly { action: string }[]) => entries.map(({ action }) => action)
    const page = await audit.list({ subject, limit: 2 })
    expect(actions(page)).toEqual(['unban', 'ban'])
    expect(actions(await audit.list({ subject, before: page[1]!.number }))).toEqual(['note', 'warn'])
    expect(actions(await audit.list({ subject, isPublic: true }))).toEqual(['unban', 'ban', 'warn'])
    const long = audit.add({ ...entry('x', true), detail: 'x'.repeat(4097) })
    await expect(long).rejects.toMatchObject({ code: 'bad-argument' })
  })
}
