/**
 * Contract tests of accounts, device lists, sessions, passkeys, invitations and the audit log, for
 * any database.
 */
import { randomBytes } from 'node:crypto'
import { deviceHash, type SignedDeviceList } from '@shoal/identity/devices'
import { expect, test } from 'vitest'
import { device, person } from './person.ts'
import type { TestPlace } from './place.ts'
import type { TestStores } from './stores.ts'
import { trafficReport } from './tracker-suite.ts'

const HOUR_MS = 3_600_000
const bytes = (list: SignedDeviceList) => list.bytes

export function testAccounts(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores, pass: (ms: number) => void) => Promise<void>) =>
    test(what, async () => {
      let now = 1_800_000_000_000
      await using stores = await place().open({ now: () => now })
      await run(stores, ms => {
        now += ms
      })
    })

  withStores('an account is created once, changed and removed', async ({ accounts, memberData }) => {
    const { did } = person()
    const created = await accounts.create({ did, name: 'Ann' })
    expect(created).toMatchObject({ did, name: 'Ann', role: 'member', state: 'active' })
    expect(await accounts.get(did)).toEqual(created)
    await expect(accounts.create({ did })).rejects.toMatchObject({ code: 'exists' })
    expect(await accounts.change(did, { role: 'moderator' })).toEqual({ ...created, role: 'moderator' })
    expect(await accounts.change(did, { name: '' })).toMatchObject({ name: '', role: 'moderator' })
    await memberData.remove(did)
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

  withStores(
    'a session is renewed at most once a day, for a limited time',
    async ({ accounts, sessions }, pass) => {
      const { did } = person()
      const [DAY_MS, lives] = [24 * HOUR_MS, { lifeMs: 30 * 24 * HOUR_MS, mostMs: 40 * 24 * HOUR_MS }]
      await accounts.create({ did })
      const { secret, session } = await sessions.begin(did, { label: '', lifeMs: lives.lifeMs })
      const renew = async () => {
        const renewed = await sessions.renew(secret, lives)
        return renewed && (renewed.expiresMs - session.createdMs) / DAY_MS
      }
      expect(await renew()).toBeNull()
      pass(DAY_MS - 1)
      expect(await renew()).toBeNull()
      pass(1)
      expect([await renew(), await renew()]).toEqual([31, null])
      pass(28 * DAY_MS)
      expect([await renew(), await renew()]).toEqual([40, null])
      pass(10 * DAY_MS)
      expect(await sessions.use(secret)).not.toBeNull()
      pass(DAY_MS)
      expect([await renew(), await sessions.use(secret)]).toEqual([null, null])
      expect(await sessions.renew('unknown', lives)).toBeNull()
    },
  )

  withStores('an account that waits is approved or refused once', async stores => {
    const { accounts, memberData, sessions } = stores
    const [ann, ben] = [person().did, person().did]
    for (const did of [ann, ben]) await accounts.create({ did, state: 'waiting' })
    const refused = (change: Promise<unknown>) => expect(change).rejects.toMatchObject({ code: 'refused' })
    await refused(sessions.begin(ann, { label: '', lifeMs: HOUR_MS }))
    const others = (await accounts.count('waiting')) - 2
    expect(await accounts.approve(ann)).toMatchObject({ did: ann, state: 'active' })
    await refused(accounts.approve(ann))
    await refused(memberData.remove(ann, { state: 'waiting' }))
    await sessions.begin(ann, { label: '', lifeMs: HOUR_MS })
    await memberData.remove(ben, { state: 'waiting' })
    await expect(accounts.get(ben)).rejects.toMatchObject({ code: 'not-found' })
    expect(await accounts.count('waiting')).toBe(others)
  })

  withStores('the last active admin stays one', async ({ accounts, memberData }) => {
    const [ann, ben] = [person().did, person().did]
    await accounts.create({ did: ann, role: 'admin' })
    await accounts.create({ did: ben })
    const refused = (change: Promise<unknown>) => expect(change).rejects.toMatchObject({ code: 'refused' })
    await refused(accounts.change(ann, { role: 'member' }))
    await refused(accounts.change(ann, { state: 'banned' }))
    await refused(memberData.remove(ann))
    expect(await accounts.change(ann, { name: 'Ann', state: 'active' })).toMatchObject({ role: 'admin' })
    await accounts.change(ben, { role: 'admin', state: 'waiting' })
    await refused(accounts.change(ann, { role: 'moderator' }))
    await accounts.change(ben, { state: 'active' })
    // Two admins who remove each other at once: one of them stays.
    const outcomes = await Promise.allSettled([
      accounts.change(ann, { role: 'member' }),
      accounts.change(ben, { role: 'member' }),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await accounts.list()).filter(({ role }) => role === 'admin')).toHaveLength(1)
  })

  test('of many who use a challenge at once, also in several processes, one may', async () => {
    let now = 1_800_000_000_000
    const stores = await Promise.all([1, 2].map(() => place().open({ now: () => now })))
    try {
      const use = (nonce: string) =>
        Promise.all(
          stores.flatMap(({ challenges }) => [1, 2].map(() => challenges.use(nonce, now + HOUR_MS))),
        )
      expect((await use('one')).filter(Boolean)).toHaveLength(1)
      expect((await use('other')).filter(Boolean)).toHaveLength(1)
      expect((await use('one')).filter(Boolean)).toEqual([])
      now += HOUR_MS
      expect((await use('one')).filter(Boolean)).toHaveLength(1)
    } finally {
      for (const each of stores) await each.close()
    }
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
      // An existing account does not use it up.
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
      expect([await sessions.use(secret), await trackerKeys.find([key])]).toEqual([null, new Map()])
      await expect(sessions.begin(did, { label: '', lifeMs: 1 })).rejects.toMatchObject({ code: 'refused' })
      await accounts.change(did, { state: 'active' })
      expect([await sessions.use(secret), await trackerKeys.find([key])]).toEqual([
        null,
        new Map([[key, did]]),
      ])
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
    const wrappedKey = new Uint8Array(randomBytes(77))
    await passkeys.change(ann, id, { wrappedKey })
    await passkeys.change(ann, id, { name: 'Laptop' })
    expect(await passkeys.list(ann)).toMatchObject([{ name: 'Laptop', counter: 5, wrappedKey }])
    await expect(passkeys.change(ben, id, { name: 'x' })).rejects.toMatchObject({ code: 'not-found' })
    const long = passkeys.change(ann, id, { wrappedKey: new Uint8Array(257) })
    await expect(long).rejects.toMatchObject({ code: 'bad-argument' })
    expect(await passkeys.remove(ben, id)).toBe(false)
    expect(await passkeys.remove(ann, id)).toBe(true)
    expect(await passkeys.list(ann)).toEqual([])
    for (let at = 0; at < 20; at++)
      await passkeys.add(ann, { ...passkey, id: new Uint8Array(randomBytes(16)) })
    await expect(passkeys.add(ann, passkey)).rejects.toMatchObject({ code: 'full' })
  })

  withStores('a removed account leaves nothing but the audit log', async stores => {
    const { accounts, audit, deviceLists, memberData, passkeys, sessions, trackerKeys } = stores
    const { did, next } = person()
    const phone = device('phone')
    await accounts.create({ did })
    await deviceLists.put(did, [next(null, [phone])].map(bytes))
    await deviceLists.putDevice(did, phone)
    const { secret } = await sessions.begin(did, { label: '', lifeMs: HOUR_MS })
    const key = await trackerKeys.renew(did)
    await trackerKeys.count([trafficReport(did, { last: [5, 1] })])
    const id = new Uint8Array(randomBytes(16))
    await passkeys.add(did, { id, publicKey: id, counter: 0, transports: '', name: 'x' })
    await audit.add({ actor: did, action: 'leave', subject: did, detail: '', isPublic: false })
    await memberData.remove(did)
    expect([await sessions.use(secret), await trackerKeys.find([key]), await passkeys.find(id)]).toEqual([
      null,
      new Map(),
      null,
    ])
    await accounts.create({ did })
    expect([await trackerKeys.totals(did), await trackerKeys.torrents(did)]).toEqual([null, []])
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
