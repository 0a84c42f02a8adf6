import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubWithMembers, hubWithMembers, magnet } from '../testing/hub-with-members.ts'

describe('members’ data', () => {
  let hub: HubWithMembers
  beforeAll(async () => {
    hub = await hubWithMembers({ registration: 'open' })
    await hub.member('Owner', 'admin')
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  it('is exported as one file', async () => {
    const ann = await hub.member('Ann')
    const { id } = await ann.api.publishListing({ title: 'Mine', category: 'data', link: magnet(1) })
    await ann.api.addComment({ id, text: 'my words' })
    const { key } = await ann.api.renewFeedKey({})
    const got = await ann.get('/api/account/export')
    expect(got.headers.get('content-disposition')).toMatch(/^attachment/)
    const text = await got.text()
    const { tables, did } = JSON.parse(text)
    expect(did).toBe(ann.did)
    expect(tables).toMatchObject({
      ...{ accounts: [{ name: 'Ann' }], listings: [{ title: 'Mine' }], comments: [{ text: 'my words' }] },
      ...{ sessions: [{ label: 'test' }] },
    })
    expect(text).not.toContain(key)
    expect(text).not.toContain(ann.session)
    expect((await fetch(`${hub.url}/api/account/export`)).status).toBe(401)
    for (let at = 0; at < 2; at++) await (await ann.get('/api/account/export')).text()
    expect((await ann.get('/api/account/export')).status).toBe(429)
  })

  it('is deleted with a fresh login and the own DID', async () => {
    const [ann, ben] = [await hub.member('Ann'), await hub.member('Ben')]
    const { id } = await ann.api.publishListing({ title: 'Gone', category: 'data', link: magnet(1) })
    await ben.api.addComment({ id, text: 'theirs' })
    await expect(ann.api.deleteMyData({ did: ben.did })).rejects.toMatchObject({
      code: 'forbidden',
      field: 'did',
    })
    const { deleted } = await ann.api.deleteMyData({ did: ann.did })
    expect(deleted).toMatchObject({ accounts: 1, sessions: 1, listings: 1 })
    await expect(ann.api.getSlowMode({})).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(ben.api.getListing({ id })).rejects.toMatchObject({ code: 'not-found' })
    expect((await ben.api.getSlowMode({})).memberSeconds).toBe(0)
  })

  it('stays if the login was long ago, and if nobody else is admin', async () => {
    const ann = await hub.member('Ann')
    const begunMs = Date.now() - 11 * 60_000
    await using earlier = await hub.openStores({ now: () => begunMs })
    const { secret } = await earlier.sessions.begin(ann.did, { label: 'old', lifeMs: 3_600_000 })
    const sent = await fetch(`${hub.url}/api/account/delete`, {
      method: 'POST',
      body: JSON.stringify({ did: ann.did }),
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    })
    expect([sent.status, (await sent.json()).error.code]).toEqual([403, 'stale-login'])
    await using alone = await hubWithMembers({})
    const owner = await alone.member('Owner', 'admin')
    await expect(owner.api.deleteMyData({ did: owner.did })).rejects.toMatchObject({ code: 'forbidden' })
  })
})
