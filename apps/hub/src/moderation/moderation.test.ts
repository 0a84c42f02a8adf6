import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Channels } from '../cluster/channels.ts'
import { peopleOf } from '../kernel/people.ts'
import { type HubWithMembers, hubWithMembers, type Member, magnet } from '../testing/hub-with-members.ts'
import { HubModeration } from './hub-moderation.ts'

describe('moderation', () => {
  let hub: HubWithMembers
  let admin: Member
  let moderator: Member
  let ann: Member
  let ben: Member
  beforeAll(async () => {
    hub = await hubWithMembers({ registration: 'open' })
    admin = await hub.member('Owner', 'admin')
    moderator = await hub.member('Mod', 'moderator')
  })
  beforeEach(async () => {
    ann = await hub.member('Ann')
    ben = await hub.member('Ben')
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  const publish = (member: Member, title = 'Spam') =>
    member.api.publishListing({ title, category: 'other', link: magnet(1) })
  const reportsOn = async (id: string) =>
    (await moderator.api.listReports({ limit: 200 })).items.filter(({ subject }) => subject.id === id)
  const newest = async () => (await hub.everyone.listModerationLog({ limit: 1 })).items[0]

  it('members report, moderators read and close', async () => {
    const { id } = await publish(ann)
    const comment = await ann.api.addComment({ id, text: 'rude' })
    const room = await hub.stores.rooms.create({ creator: ann.did, salt: randomBytes(32), kind: 'group' })
    await hub.stores.rooms.append(room.id, randomBytes(16), randomBytes(5))
    const entry = `${Buffer.from(room.id).toString('base64url')}:1`
    const things = [
      { kind: 'listing', id, text: 'Spam', author: { did: ann.did, name: 'Ann' }, listing: null },
      { kind: 'comment', id: comment.id, text: 'rude', author: { did: ann.did, name: 'Ann' }, listing: id },
      { kind: 'member', id: ann.did, text: 'Ann', author: { did: ann.did, name: 'Ann' }, listing: null },
      { kind: 'entry', id: entry, text: null, author: null, listing: null },
    ] as const
    for (const { kind, id, ...subject } of things) {
      await ben.api.report({ kind, id, reason: 'x' })
      await ben.api.report({ kind, id, reason: 'spam' })
      expect(await reportsOn(id)).toMatchObject([
        {
          reason: 'spam',
          reporter: { did: ben.did, name: 'Ben' },
          subject: { kind, id, ...subject, isHidden: false },
        },
      ])
      expect(await moderator.api.closeReports({ kind, id })).toEqual({ closed: 1 })
      expect(await reportsOn(id)).toEqual([])
    }
    const lost = [
      ['listing', 'unknown'],
      ['comment', id],
      ['member', 'did:key:x'],
      ['member', 'x'],
      ['entry', `${entry}0`],
      ['entry', 'x:1'],
    ] as const
    for (const [kind, id] of lost)
      await expect(ben.api.report({ kind, id, reason: 'x' })).rejects.toMatchObject({
        code: 'not-found',
        field: 'id',
      })
    await expect(ben.api.listReports({})).rejects.toMatchObject({ code: 'forbidden' })
    await expect(hub.everyone.listReports({})).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('a hidden listing is there for its author and moderators only', async () => {
    const { id } = await publish(ann, 'Hidden thing')
    await ben.api.report({ kind: 'listing', id, reason: 'spam' })
    await moderator.api.hide({ kind: 'listing', id, reason: 'advertising' })
    expect(await reportsOn(id)).toEqual([])
    const titles = async ({ api }: Pick<Member, 'api'>) =>
      (await api.listListings({ text: 'hidden', author: ann.did })).items.map(({ hidden }) => hidden)
    expect([await titles(ben), await titles(ann), await titles(moderator)]).toEqual([
      [],
      ['advertising'],
      ['advertising'],
    ])
    for (const { api } of [ben, { api: hub.everyone }])
      await expect(api.getListing({ id })).rejects.toMatchObject({ code: 'not-found' })
    await expect(ben.api.addComment({ id, text: 'x' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(ben.api.report({ kind: 'listing', id, reason: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect((await ann.api.getListing({ id })).hidden).toBe('advertising')
    const atom = await (await fetch(`${hub.url}/atom?author=${ann.did}`)).text()
    expect(atom).not.toContain('Hidden thing')
    expect(await newest()).toMatchObject({
      ...{
        action: 'hide',
        reason: 'advertising',
        by: { did: moderator.did, name: 'Mod' },
        subject: { kind: 'listing', id },
      },
    })
    await moderator.api.unhide({ kind: 'listing', id, reason: 'mistake' })
    expect(await titles(ben)).toEqual([null])
    expect(await newest()).toMatchObject({ action: 'unhide', reason: 'mistake' })
  })

  it('a hidden comment, too', async () => {
    const { id } = await publish(ann)
    const comment = await ben.api.addComment({ id, text: 'rude' })
    await moderator.api.hide({ kind: 'comment', id: comment.id, reason: 'rude' })
    const texts = async ({ api }: Member) => (await api.listComments({ id })).items.map(({ text }) => text)
    expect([await texts(ann), await texts(ben), await texts(moderator)]).toEqual([[], ['rude'], ['rude']])
  })

  it('nobody acts above their role, or on what is their own', async () => {
    const second = await hub.member('Second', 'moderator')
    const of = async (member: Member) => (await publish(member)).id
    const [byAdmin, byModerator, bySecond] = [await of(admin), await of(moderator), await of(second)]
    const reason = 'x'
    const refused = [
      () => moderator.api.ban({ did: admin.did, reason }),
      () => moderator.api.ban({ did: second.did, reason }),
      () => moderator.api.hide({ kind: 'listing', id: byAdmin, reason }),
      () => moderator.api.hide({ kind: 'listing', id: bySecond, reason }),
      () => moderator.api.setSlowMode({ did: admin.did, seconds: 5, reason }),
      () => moderator.api.hide({ kind: 'listing', id: byModerator, reason }),
      () => admin.api.ban({ did: admin.did, reason }),
      () => ann.api.ban({ did: ben.did, reason }),
      () => ann.api.hide({ kind: 'listing', id: byAdmin, reason }),
      () => ann.api.setSlowMode({ did: null, seconds: 5, reason }),
      () => ann.api.getSlowMode({ did: ben.did }),
      () => ann.api.listBans({}),
    ]
    for (const [at, attempt] of refused.entries())
      await expect(attempt(), `${at}`).rejects.toMatchObject({ code: 'forbidden', status: 403 })
    await admin.api.hide({ kind: 'listing', id: byModerator, reason })
    await admin.api.ban({ did: second.did, reason })
  })

  it('a ban ends sessions and keys at once, and can be ended', async () => {
    const key = (await ann.api.renewFeedKey({})).key
    const passkey = await hub.stores.trackerKeys.renew(ann.did)
    const untilMs = Date.now() + 3_600_000
    const ban = await moderator.api.ban({ did: ann.did, reason: 'spam', untilMs })
    expect(ban).toMatchObject({
      member: { did: ann.did, name: 'Ann' },
      by: { did: moderator.did },
      reason: 'spam',
      untilMs,
    })
    expect((await moderator.api.listBans({})).items).toContainEqual(ban)
    await expect(ann.api.addComment({ id: 'x', text: 'x' })).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await fetch(`${hub.url}/atom?key=${key}`)).status).toBe(401)
    expect((await hub.stores.trackerKeys.find([passkey])).size).toBe(0)
    expect(await newest()).toMatchObject({
      action: 'ban',
      reason: 'spam',
      untilMs,
      subject: { kind: 'member', id: ann.did, name: 'Ann' },
    })
    await moderator.api.unban({ did: ann.did, reason: 'sorry' })
    expect((await fetch(`${hub.url}/atom?key=${key}`)).status).toBe(200)
    await expect(moderator.api.unban({ did: ann.did, reason: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('an admin deletes an account with all that its owner wrote, and with its sessions and keys', async () => {
    const eve = await hub.member('Eve')
    const key = (await eve.api.renewFeedKey({})).key
    const { id } = await publish(eve)
    const { id: anns } = await publish(ann)
    await eve.api.addComment({ id: anns, text: 'spam' })
    const remove = ({ api }: Member, { did }: Member) => api.removeAccount({ did, reason: 'spam' })
    for (const [by, whom] of [
      [moderator, eve],
      [eve, ben],
      [admin, admin],
    ] as const)
      await expect(remove(by, whom)).rejects.toMatchObject({ code: 'forbidden' })
    await remove(admin, eve)
    await expect(eve.api.getAccount({})).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await fetch(`${hub.url}/atom?key=${key}`)).status).toBe(401)
    await expect(ann.api.getListing({ id })).rejects.toMatchObject({ code: 'not-found' })
    expect((await ann.api.listComments({ id: anns })).items).toEqual([])
    expect((await ann.api.getListing({ id: anns })).comments).toBe(0)
    expect(await newest()).toMatchObject({
      action: 'remove',
      reason: 'spam',
      by: { did: admin.did },
      subject: { kind: 'member', id: eve.did, name: '' },
    })
    await expect(remove(admin, eve)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('a ban ends by itself, which the log says, and tells all processes of its beginning', async () => {
    const ended: string[] = []
    let now = Date.now()
    const { database } = hub.stores
    const people = peopleOf(database, [], () => now)
    const parts = { database, people, given: {}, channels: new Channels(null), now: () => now }
    const caller = {
      did: moderator.did,
      account: await hub.stores.accounts.get(moderator.did),
      sessionId: '',
      device: null,
    }
    const moderation = new HubModeration(parts, did => ended.push(did))
    await moderation.ban({ did: ben.did, reason: 'x', untilMs: now - 1 }, caller)
    expect(ended).toEqual([ben.did])
    now += 1000
    await moderation.endBans()
    expect((await hub.stores.accounts.get(ben.did)).state).toBe('active')
    expect(await newest()).toMatchObject({
      action: 'unban',
      by: null,
      subject: { kind: 'member', id: ben.did },
    })
  })

  it('slow mode makes members wait between posts', async () => {
    await moderator.api.setSlowMode({ did: ann.did, seconds: 3600, reason: 'flood' })
    expect(await ann.api.getSlowMode({})).toEqual({ everybodySeconds: 0, memberSeconds: 3600 })
    expect(await moderator.api.getSlowMode({ did: ann.did })).toMatchObject({ memberSeconds: 3600 })
    const { id } = await publish(ann)
    await expect(ann.api.addComment({ id, text: 'x' })).rejects.toMatchObject({
      code: 'too-soon',
      status: 429,
    })
    await ben.api.addComment({ id, text: 'x' })
    expect(await newest()).toMatchObject({
      action: 'slow-mode',
      seconds: 3600,
      reason: 'flood',
      subject: { id: ann.did },
    })
    await moderator.api.setSlowMode({ did: ann.did, seconds: 0, reason: 'over' })
    await ann.api.addComment({ id, text: 'x' })
    await moderator.api.setSlowMode({ did: null, seconds: 3600, reason: 'calm' })
    await expect(ben.api.addComment({ id, text: 'x' })).rejects.toMatchObject({ code: 'too-soon' })
    expect(await newest()).toMatchObject({ subject: null, seconds: 3600 })
    await moderator.api.setSlowMode({ did: null, seconds: 0, reason: 'over' })
  })

  it('the public log names no reporter, and leaves out what is not public', async () => {
    const { id } = await publish(ann)
    await ben.api.report({ kind: 'listing', id, reason: 'secret words' })
    await hub.stores.audit.add({
      actor: ann.did,
      action: 'hide',
      subject: 'listing:x',
      detail: '{"reason":"private"}',
      isPublic: false,
    })
    await hub.stores.audit.add({
      actor: ann.did,
      action: 'something',
      subject: '',
      detail: '',
      isPublic: true,
    })
    await hub.stores.audit.add({
      actor: admin.did,
      action: 'role',
      subject: ann.did,
      detail: 'moderator',
      isPublic: true,
    })
    await moderator.api.hide({ kind: 'listing', id, reason: 'spam' })
    const { items } = await hub.everyone.listModerationLog({ limit: 3 })
    expect(items).toMatchObject([
      { action: 'hide', subject: { id } },
      { action: 'role', role: 'moderator', subject: { kind: 'member', id: ann.did, name: 'Ann' } },
    ])
    const text = JSON.stringify((await hub.everyone.listModerationLog({ limit: 200 })).items)
    for (const secret of ['secret words', 'private', ben.did]) expect(text).not.toContain(secret)
  })
})
