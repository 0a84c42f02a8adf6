/**
 * Contract tests of bans, slow mode, feed keys, and the export and deletion of members, for any
 * database.
 */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ALL_TABLES } from './all-tables.ts'
import { device, person } from './person.ts'
import type { TestPlace } from './place.ts'
import type { TestStores } from './stores.ts'
import { trafficReport } from './tracker-suite.ts'

const START = 1_800_000_000_000
const PERSONAL = ALL_TABLES.flatMap(({ personal = [] }) => personal)

/** Inserts a row for a member into every table that has such rows. Returns the listing. */
async function fillMember(
  stores: TestStores,
  did: string,
  lists: ReturnType<typeof person>,
): Promise<string> {
  const description = device('Laptop')
  await stores.accounts.create({ did, name: 'Ann' })
  await stores.deviceLists.put(did, [lists.next(null, [description]).bytes])
  const hash = await stores.deviceLists.putDevice(did, description)
  await stores.sessions.begin(did, { device: hash, label: 'here', lifeMs: 1000 })
  await stores.passkeys.add(did, {
    ...{ id: randomBytes(16), publicKey: randomBytes(32), counter: 0, transports: '', name: 'key' },
  })
  await stores.trackerKeys.renew(did)
  await stores.trackerKeys.count([trafficReport(did, { last: [5, 1], atMs: START })])
  await stores.feedKeys.renew(did)
  await stores.keyPackages.add(did, hash, {
    ...{ number: 1, oneTime: [randomBytes(9)], lastResort: null, isReplacing: false },
  })
  await stores.invitations.create({ by: did, lifeMs: 1000 })
  await stores.posting.note(did)
  const room = await stores.rooms.create({ creator: did, salt: randomBytes(32), kind: 'group' })
  await stores.rooms.append(room.id, randomBytes(16), randomBytes(9))
  await stores.cursors.acknowledge(hash, room.id, 1)
  await stores.inboxes.open(hash)
  await stores.inboxes.deliver([{ device: hash, clientId: randomBytes(16), bytes: randomBytes(10) }])
  const link = 'magnet:?xt=urn:btih:00'
  const { id } = await stores.listings.create(did, {
    ...{ title: 'Harbour', link, category: 'films', tags: [], description: '', sizeBytes: 1, fileCount: 1 },
  })
  await stores.listings.addThumbnail(id, { type: 'image/png', bytes: randomBytes(20) })
  await stores.listings.setTorrent(id, { link, bytes: randomBytes(20), sizeBytes: 1, fileCount: 1 })
  await stores.comments.add(id, did, 'mine')
  await stores.reports.add(`listing:${id}`, did, 'spam')
  await stores.audit.add({ actor: 'hub', action: 'unban', subject: did, detail: '', isPublic: true })
  await stores.bans.ban(did, { reason: 'rude', by: 'did:key:moderator', untilMs: null })
  return id
}

interface Exported {
  readonly did: string
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>
}

async function exported({ memberData }: TestStores, did: string): Promise<Exported> {
  let text = ''
  for await (const part of memberData.export(did)) text += part
  return JSON.parse(text) as Exported
}

export function testMembers(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores, pass: (ms: number) => void) => Promise<void>) =>
    test(what, async () => {
      let now = START
      await using stores = await place().open({ now: () => now })
      await run(stores, ms => {
        now += ms
      })
    })

  withStores('a ban ends sessions and keys, and itself when its time has come', async (stores, pass) => {
    const { accounts, bans, sessions, trackerKeys, feedKeys } = stores
    const { did } = person()
    const by = person().did
    await accounts.create({ did })
    const { secret } = await sessions.begin(did, { label: '', lifeMs: 1e6 })
    const keys = [await trackerKeys.renew(did), await feedKeys.renew(did)] as const
    const find = async () => [
      (await trackerKeys.find([keys[0]])).get(keys[0]) ?? null,
      await feedKeys.find(keys[1]),
    ]
    const ban = await bans.ban(did, { reason: 'rude', by, untilMs: START + 1000 })
    expect(await bans.get(did)).toEqual(ban)
    expect(await bans.list({ after: ban.number - 1 })).toContainEqual(ban)
    expect([await sessions.use(secret), await find()]).toEqual([null, [null, null]])
    expect(await bans.ban(did, { reason: 'worse', by, untilMs: START + 2000 })).toMatchObject({
      ...{ reason: 'worse', untilMs: START + 2000 },
    })
    pass(1999)
    expect(await bans.endExpired()).not.toContain(did)
    pass(1)
    expect(await bans.endExpired()).toContain(did)
    expect([(await accounts.get(did)).state, await find()]).toEqual(['active', [did, did]])
    await expect(bans.get(did)).rejects.toMatchObject({ code: 'not-found' })
    expect(await bans.end(did)).toBe(false)
    await expect(bans.end('did:key:unknown')).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('the end of a ban approves nobody', async ({ accounts, bans }) => {
    const { did } = person()
    await accounts.create({ did, state: 'waiting' })
    for (const reason of ['one', 'two']) await bans.ban(did, { reason, by: did, untilMs: null })
    expect(await bans.end(did)).toBe(true)
    expect((await accounts.get(did)).state).toBe('waiting')
  })

  withStores('slow mode lets one of many posts through', async ({ accounts, posting }, pass) => {
    const [{ did }, other] = [person(), person()]
    await accounts.create({ did })
    await accounts.create({ did: other.did })
    await Promise.all([posting.note(did), posting.note(did)])
    await posting.setSlowMode(did, 2000)
    expect(await posting.slowMode(did)).toEqual({ everybodyMs: 0, memberMs: 2000 })
    await expect(posting.note(did)).rejects.toMatchObject({ code: 'too-soon' })
    await posting.note(other.did)
    pass(2000)
    const many = await Promise.allSettled([1, 2, 3, 4, 5].map(() => posting.note(did)))
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await posting.setSlowMode(null, 5000)
    pass(2000)
    await expect(posting.note(did)).rejects.toMatchObject({ code: 'too-soon' })
    pass(3000)
    await posting.note(did)
    pass(-1000)
    await expect(posting.note(did)).rejects.toMatchObject({ code: 'too-soon' })
    await posting.setSlowMode(null, 0)
    await expect(posting.note(did)).rejects.toMatchObject({ code: 'too-soon' })
    pass(-1e9)
    await posting.note(did)
    await expect(posting.note('did:key:unknown')).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('a key for feeds is replaced and removed', async ({ accounts, feedKeys }, pass) => {
    const { did } = person()
    await accounts.create({ did })
    expect(await feedKeys.renewedMs(did)).toBeNull()
    const first = await feedKeys.renew(did)
    pass(1)
    const second = await feedKeys.renew(did)
    expect([await feedKeys.find(first), await feedKeys.find(second)]).toEqual([null, did])
    expect(await feedKeys.renewedMs(did)).toBe(START + 1)
    expect([await feedKeys.remove(did), await feedKeys.remove(did)]).toEqual([true, false])
    expect(await feedKeys.find(second)).toBeNull()
  })

  withStores('names are found for many accounts at once', async ({ accounts }) => {
    const [ann, ben] = [person().did, person().did]
    await accounts.create({ did: ann, name: 'Änn "x"' })
    await accounts.create({ did: ben })
    expect(await accounts.names([ann, ben, 'did:key:unknown'])).toEqual(
      new Map([
        [ann, 'Änn "x"'],
        [ben, ''],
      ]),
    )
    expect(await accounts.names([])).toEqual(new Map())
  })

  withStores('a member takes along everything but the hashes of secrets', async stores => {
    const lists = person()
    const { did } = lists
    await fillMember(stores, did, lists)
    const { tables, did: named } = await exported(stores, did)
    expect(named).toBe(did)
    expect(Object.keys(tables).sort()).toEqual(PERSONAL.map(({ table }) => table).sort())
    for (const { table } of PERSONAL.filter(each => each.table !== 'sessions'))
      expect({ table, rows: tables[table]!.length }).toEqual({ table, rows: 1 })
    // The ban ended it.
    expect(tables.sessions).toEqual([])
    for (const table of ['tracker_keys', 'feed_keys', 'invitations'])
      expect(Object.keys(tables[table]![0]!)).not.toContain('hash')
    expect(tables.listings![0]).toMatchObject({ author: did, title: 'Harbour' })
    expect(tables.thumbnails![0]).toMatchObject({ bytes: { b: expect.stringMatching(/^.{28}$/) } })
    for (let at = 0; at < 101; at++)
      await stores.comments.add(tables.listings![0]!.id as string, did, `${at}`)
    expect((await exported(stores, did)).tables.comments!.map(({ text }) => text)).toEqual([
      'mine',
      ...Array.from({ length: 101 }, (_, at) => `${at}`),
    ])
    await expect(exported(stores, 'did:key:unknown')).rejects.toMatchObject({ code: 'not-found' })
  })

  withStores('deletion leaves nothing of a member, and everything of others', async stores => {
    const [lists, others] = [person(), person()]
    const { did } = lists
    const mine = await fillMember(stores, did, lists)
    const theirs = await fillMember(stores, others.did, others)
    await stores.comments.add(theirs, did, 'on theirs')
    const { id: comment } = await stores.comments.add(mine, others.did, 'on mine')
    await stores.reports.add(`comment:${comment}`, others.did, 'x')
    await stores.reports.add(`member:${did}`, others.did, 'x')
    const before = await exported(stores, others.did)
    const deleted = await stores.memberData.remove(did)
    expect(deleted).toMatchObject({ accounts: 1, listings: 1, comments: 2, inbox_entries: 1, devices: 1 })
    await expect(stores.accounts.get(did)).rejects.toMatchObject({ code: 'not-found' })
    // A new account with the same DID starts empty.
    await stores.accounts.create({ did })
    const { tables } = await exported(stores, did)
    const left = Object.entries(tables).filter(([, rows]) => rows.length > 0)
    expect(left.map(([table]) => table)).toEqual(['accounts', 'audit'])
    const after = await exported(stores, others.did)
    const count = ({ tables }: Exported) =>
      Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.length]))
    expect(count(after)).toEqual({ ...count(before), comments: 1, reports: 1 })
    expect(after.tables.listings![0]).toMatchObject({ comments: 1 })
    expect(await stores.listings.search({ author: did, text: 'harbour' })).toEqual([])
    expect(await stores.listings.search({ author: others.did, text: 'harbour' })).toHaveLength(1)
    await expect(stores.memberData.remove('did:key:unknown')).rejects.toMatchObject({ code: 'not-found' })
  })
}
