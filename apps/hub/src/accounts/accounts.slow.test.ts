import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import { signDeviceList, successorOf } from '@shoal/identity/devices'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joined, openTestHub, type TestHub, TestPerson } from '../testing/test-hub.ts'

const code = (expected: string) => ({ code: expected })

let hub: TestHub
const url = () => hub.urls[0]!

describe('a hub with accounts by invitation', () => {
  beforeEach(async () => {
    hub = await openTestHub()
  })
  afterEach(() => hub[Symbol.asyncDispose]())

  test('its owner invites, and those invite others', async () => {
    const owner = await joined(url(), { name: 'Ann', invitation: hub.invitation })
    expect(await owner.api.getAccount({})).toMatchObject({ did: owner.did, name: 'Ann', role: 'admin' })
    const { secret, invitation } = await owner.api.createInvitation({
      uses: 2,
      role: 'moderator',
      note: 'Ben',
    })
    expect(await hub.everyone.checkInvitation({ invitation: secret })).toEqual({
      role: 'moderator',
      expiresMs: invitation.expiresMs,
    })
    const ben = await joined(url(), { name: 'Ben', invitation: secret })
    expect(await ben.api.getAccount({})).toMatchObject({ role: 'moderator' })
    const { secret: again } = await ben.api.createInvitation({})
    const cat = await joined(url(), { invitation: again })
    expect(await cat.api.getMember({ did: ben.did })).toMatchObject({ name: 'Ben', role: 'moderator' })
    expect((await owner.api.listAccounts({})).items.map(({ did }) => did)).toEqual([
      owner.did,
      ben.did,
      cat.did,
    ])
    await expect(joined(url(), { invitation: again })).rejects.toMatchObject(code('not-found'))
    await expect(joined(url())).rejects.toMatchObject({ code: 'forbidden', field: 'invitation' })
  })

  test('invitations are seen and revoked by who created them, and by moderators', async () => {
    const owner = await joined(url(), { invitation: hub.invitation })
    const { secret } = await owner.api.createInvitation({ uses: 2 })
    const [ann, ben] = [
      await joined(url(), { invitation: secret }),
      await joined(url(), { invitation: secret }),
    ]
    const created = await ann.api.createInvitation({ note: 'x' })
    const { id } = created.invitation
    expect((await ann.api.listInvitations({})).items).toEqual([created.invitation])
    expect((await ben.api.listInvitations({})).items).toEqual([])
    await expect(ben.api.revokeInvitation({ id })).rejects.toMatchObject(code('not-found'))
    expect((await owner.api.listInvitations({})).items).toEqual([created.invitation])
    expect((await ann.api.revokeInvitation({ id })).items).toEqual([])
    await expect(hub.everyone.checkInvitation({ invitation: created.secret })).rejects.toMatchObject(
      code('not-found'),
    )
    // Members cannot create moderators, nor fill the hub.
    for (const wrong of [{ role: 'moderator' }, { role: 'admin' }, { uses: 11 }] as const)
      await expect(ann.api.createInvitation(wrong)).rejects.toMatchObject(code('forbidden'))
    for (let at = 0; at < 20; at++) await ann.api.createInvitation({})
    await expect(ann.api.createInvitation({})).rejects.toMatchObject(code('full'))
  })

  test('roles are given by admins, and the last admin stays one', async () => {
    const owner = await joined(url(), { invitation: hub.invitation })
    const { secret } = await owner.api.createInvitation({})
    const ann = await joined(url(), { invitation: secret })
    const self = { did: ann.did, role: 'admin' as const }
    await expect(ann.api.setRole(self)).rejects.toMatchObject(code('forbidden'))
    await expect(ann.api.listAccounts({})).rejects.toMatchObject(code('forbidden'))
    await expect(owner.api.setRole({ did: owner.did, role: 'member' })).rejects.toMatchObject(
      code('forbidden'),
    )
    expect(await owner.api.setRole(self)).toMatchObject({ role: 'admin' })
    expect(await ann.api.setRole({ did: owner.did, role: 'member' })).toMatchObject({ role: 'member' })
    await expect(owner.api.listAccounts({})).rejects.toMatchObject(code('forbidden'))
  })

  test('guessing of invitations is slowed down, and reveals nothing', async () => {
    for (let guess = 0; guess < 5; guess++) {
      const invitation = randomBytes(16).toString('base64url')
      await expect(hub.everyone.checkInvitation({ invitation })).rejects.toMatchObject(code('not-found'))
    }
    const another = hub.everyone.checkInvitation({ invitation: hub.invitation })
    await expect(another).rejects.toMatchObject({ code: 'too-many-attempts', status: 429 })
    await expect(joined(url(), { invitation: hub.invitation })).rejects.toMatchObject(
      code('too-many-attempts'),
    )
  })

  test('an account is created with the lists of its own person only, and keeps nothing if they are wrong', async () => {
    const [ann, eve] = [new TestPerson(), new TestPerson()]
    const [own, other] = [ann.device(), eve.device()]
    ann.sign([own])
    eve.sign([other])
    const { invitation } = hub
    // Eve joins as Ann, with Ann's lists and with her own.
    const forAnn = eve.connect(url(), other, ann.did)
    await expect(forAnn.join({ name: '', invitation })).rejects.toMatchObject(code('bad-device-list'))
    const withAnns = ann.connect(url(), other)
    await expect(withAnns.join({ name: '', invitation })).rejects.toMatchObject({
      ...code('bad-device-list'),
      field: 'lists',
    })
    // A list that names Ann and is signed by Eve.
    const { list } = ann.newest
    const forged = signDeviceList(
      { ...list, successor: successorOf(KeyPair.generate().publicKey) },
      null,
      eve.root,
    )
    const bytes = Buffer.from(forged.bytes)
    const at = bytes.indexOf(Buffer.from(eve.root.publicKey))
    Buffer.from(ann.root.publicKey).copy(bytes, at)
    ann.history = { lists: [{ ...forged, bytes }], devices: [] }
    await expect(ann.connect(url(), own).join({ name: '', invitation })).rejects.toMatchObject(
      code('bad-device-list'),
    )
    // The invitation was not used up.
    expect(await hub.everyone.checkInvitation({ invitation })).toMatchObject({ role: 'admin' })
  })

  test('expired lists and a second account are refused', async () => {
    const owner = await joined(url(), { invitation: hub.invitation })
    const { secret } = await owner.api.createInvitation({ uses: 3 })
    const late = new TestPerson()
    const device = late.device()
    late.sign([device], Math.floor(Date.now() / 1000) - 91 * 86_400)
    const joining = late.connect(url(), device).join({ name: '', invitation: secret })
    await expect(joining).rejects.toMatchObject(code('bad-device-list'))
    await expect(owner.client.join({ name: '', invitation: secret })).rejects.toMatchObject(code('exists'))
    const { items } = await owner.api.listInvitations({})
    expect(items).toMatchObject([{ uses: 3 }])
  })
})

describe('device lists', () => {
  beforeEach(async () => {
    hub = await openTestHub({ registration: 'open' })
  })
  afterEach(() => hub[Symbol.asyncDispose]())

  test('are published by their person and read by members', async () => {
    const [ann, ben] = [await joined(url()), await joined(url())]
    const phone = ann.person.device('Phone')
    ann.person.sign([ann.device, phone])
    const published = await ann.api.publishDevices({ lists: [...ann.person.lists] })
    expect(published.lists).toEqual(ann.person.lists)
    expect(await ben.api.getDevices({ did: ann.did })).toEqual(published)
    // Its description is known once it has logged in.
    expect(published.devices).toHaveLength(1)
    await ann.person.connect(url(), phone).api.getAccount({})
    expect((await ben.api.getDevices({ did: ann.did })).devices).toHaveLength(2)
    await expect(hub.everyone.getDevices({ did: ann.did })).rejects.toMatchObject(code('unauthorized'))
  })

  test('that are older, contradict the known ones or are of somebody else change nothing, and are named', async () => {
    const [ann, eve] = [await joined(url()), await joined(url())]
    const before = ann.person.history
    ann.person.sign([ann.device, ann.person.device('Phone')])
    const newest = [...ann.person.lists]
    await ann.api.publishDevices({ lists: newest })
    const publish = (lists: readonly string[]) => ann.api.publishDevices({ lists: [...lists] })
    await expect(publish(newest.slice(0, 1))).rejects.toMatchObject({
      ...code('bad-device-list'),
      message: expect.stringContaining('older'),
    })
    ann.person.history = before
    ann.person.sign([ann.device, ann.person.device('Other')])
    await expect(publish(ann.person.lists)).rejects.toMatchObject({
      ...code('bad-device-list'),
      message: expect.stringContaining('two lists with the same number'),
    })
    await expect(publish(eve.person.lists)).rejects.toMatchObject(code('bad-device-list'))
    await expect(publish(['AAAA'])).rejects.toMatchObject(code('bad-device-list'))
    // Members cannot publish for another account, not even genuine lists.
    const foreign = eve.api.publishDevices({ lists: newest })
    await expect(foreign).rejects.toMatchObject(code('bad-device-list'))
    expect((await eve.api.getDevices({ did: ann.did })).lists).toEqual(newest)
  })

  test('without a device log it out at once', async () => {
    const ann = await joined(url())
    const phone = ann.person.device('Phone')
    ann.person.sign([ann.device, phone])
    await ann.api.publishDevices({ lists: [...ann.person.lists] })
    const onPhone = ann.person.connect(url(), phone)
    await onPhone.api.getAccount({})
    ann.person.sign([ann.device])
    await ann.api.publishDevices({ lists: [...ann.person.lists] })
    await expect(onPhone.api.getAccount({})).rejects.toMatchObject({ ...code('bad-login'), field: 'device' })
    expect((await ann.api.listSessions({})).items).toHaveLength(1)
  })
})

test('an open hub takes everybody, but not many from one address without an invitation', async () => {
  await using open = await openTestHub({ registration: 'open' })
  const [url] = open.urls
  const owner = await joined(url!, { invitation: open.invitation })
  const { secret } = await owner.api.createInvitation({ uses: 10 })
  for (let at = 0; at < 5; at++) await joined(url!)
  await expect(joined(url!)).rejects.toMatchObject({
    ...code('too-many-attempts'),
    retryAfterSeconds: expect.toBeOneOf([1, 2]),
  })
  // Invitations and logins are not affected.
  await joined(url!, { invitation: secret })
  owner.client.forget()
  expect(await owner.api.getAccount({})).toMatchObject({ role: 'admin' })
})

test('a hub with approval lets people ask, and lets in those whom a moderator approves', async () => {
  await using asked = await openTestHub({ registration: 'approval' })
  const [url] = asked.urls
  const owner = await joined(url!, { name: 'Ann', invitation: asked.invitation })
  const invitation = (await owner.api.createInvitation({ role: 'moderator' })).secret
  // Invited people do not wait.
  const moderator = await joined(url!, { invitation })
  expect(await moderator.api.getAccount({})).toMatchObject({ state: 'active' })
  const [ben, eve] = [new TestPerson(), new TestPerson()]
  const [bens, eves] = [ben.device(), eve.device()]
  ben.sign([bens])
  eve.sign([eves])
  const onBens = ben.connect(url!, bens)
  expect(await onBens.join({ name: 'Ben' })).toMatchObject({ did: ben.did, state: 'waiting' })
  await eve.connect(url!, eves).join({ name: 'Eve' })
  // Polling by applicants does not count as a guess.
  for (let at = 0; at < 6; at++)
    await expect(onBens.api.getAccount({})).rejects.toMatchObject({ code: 'account-waiting', status: 403 })
  await expect(onBens.join({ name: 'Ben' })).rejects.toMatchObject(code('exists'))
  const waiting = async () =>
    (await moderator.api.listAccounts({ state: 'waiting' })).items.map(({ name }) => name)
  expect(await waiting()).toEqual(['Ben', 'Eve'])
  expect(await moderator.api.approveAccount({ did: ben.did })).toMatchObject({ state: 'active' })
  await moderator.api.refuseAccount({ did: eve.did })
  expect(await waiting()).toEqual([])
  expect(await onBens.api.getAccount({})).toMatchObject({ name: 'Ben', role: 'member' })
  for (const wrong of [
    () => moderator.api.approveAccount({ did: ben.did }),
    () => moderator.api.refuseAccount({ did: ben.did }),
    () => onBens.api.approveAccount({ did: ben.did }),
  ])
    await expect(wrong()).rejects.toMatchObject(code('forbidden'))
  await expect(moderator.api.refuseAccount({ did: eve.did })).rejects.toMatchObject(code('not-found'))
  expect((await owner.api.listAccounts({})).items).toHaveLength(3)
})

test('a closed hub takes its first owner only', async () => {
  await using closed = await openTestHub({ registration: 'closed' })
  const [url] = closed.urls
  await expect(joined(url!)).rejects.toMatchObject(code('forbidden'))
  const owner = await joined(url!, { invitation: closed.invitation })
  const { secret } = await owner.api.createInvitation({})
  await expect(joined(url!, { invitation: secret })).rejects.toMatchObject(code('forbidden'))
})
