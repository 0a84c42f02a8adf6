import { parseMetainfo } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import { encode } from '@shoal/torrent/bencode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubWithMembers, hubWithMembers, type Member, magnet, png } from '../testing/hub-with-members.ts'

const TORRENT = encode({
  announce: 'udp://tracker.example:6969',
  info: { length: 5, name: '<script>alert(1)</script>', 'piece length': 16_384, pieces: new Uint8Array(20) },
})
const LINK = `magnet:?xt=urn:btih:${hex(parseMetainfo(TORRENT).info.infoHashes.v1!)}`

describe('listings', () => {
  let hub: HubWithMembers
  let ann: Member
  let ben: Member
  let admin: Member
  beforeAll(async () => {
    hub = await hubWithMembers({ registration: 'open' })
    ;[ann, ben, admin] = [
      await hub.member('Ann'),
      await hub.member('Ben'),
      await hub.member('Owner', 'admin'),
    ]
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  it('are published, found, changed and deleted', async () => {
    const text = {
      ...{ title: 'Night train', description: '**bold** <b>', link: magnet(1) },
      category: 'films' as const,
      tags: ['old'],
    }
    const made = await ann.api.publishListing(text)
    expect(made).toMatchObject({
      ...text,
      ...{
        kind: 'open',
        infoHashV1: magnet(1).slice(-40),
        infoHashV2: null,
        hidden: null,
        hasTorrent: false,
      },
      ...{ author: { did: ann.did, name: 'Ann' }, sizeBytes: 0, fileCount: null, seeders: 0, leechers: 0 },
    })
    expect(await hub.everyone.getListing({ id: made.id })).toEqual(made)
    const { description: _, ...summary } = made
    for (const filter of [
      { text: 'night tra' },
      { category: 'films' as const },
      { tag: 'OLD' },
      { author: ann.did },
    ])
      expect((await hub.everyone.listListings(filter)).items).toContainEqual(summary)
    expect((await hub.everyone.listListings({ category: 'music' })).items).toEqual([])
    const changed = await ann.api.editListing({ id: made.id, title: 'Day train', sizeBytes: 5 })
    expect(changed).toMatchObject({ title: 'Day train', sizeBytes: 5, description: text.description })
    await ann.api.removeListing({ id: made.id })
    await expect(hub.everyone.getListing({ id: made.id })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('come in pages', async () => {
    for (let at = 0; at < 5; at++)
      await ben.api.publishListing({ title: `Part ${at}`, category: 'data', link: magnet(at) })
    const titles: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await hub.everyone.listListings({ text: 'part', limit: 2, ...(cursor && { cursor }) })
      titles.push(...page.items.map(({ title }) => title))
      cursor = page.next
    }
    expect(titles).toEqual(['Part 4', 'Part 3', 'Part 2', 'Part 1', 'Part 0'])
  })

  it('belong to their author; admins delete, which the public log says', async () => {
    const { id } = await ann.api.publishListing({ title: 'Mine', category: 'other', link: magnet(2) })
    const comment = await ann.api.addComment({ id, text: 'first' })
    const attempts = [
      () => ben.api.editListing({ id, title: 'Theirs' }),
      () => ben.api.removeListing({ id }),
      () => ben.api.editComment({ id: comment.id, text: 'x' }),
      () => ben.api.removeComment({ id: comment.id }),
      () => admin.api.editListing({ id, title: 'Theirs' }),
      () => admin.api.editComment({ id: comment.id, text: 'x' }),
    ]
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden', field: 'id' })
    for (const [method, path] of [
      ['POST', 'thumbnails'],
      ['PUT', 'torrent'],
    ]) {
      const sent = await ben.get(`/api/listings/${id}/${path}`, {
        method: method!,
        body: png(9, 9) as BodyInit,
      })
      expect([sent.status, (await sent.json()).error.code]).toEqual([403, 'forbidden'])
    }
    for (const open of ['publishListing', 'addComment'] as const)
      await expect(
        hub.everyone[open]({ id, text: 'x', title: 'x', category: 'other', link: magnet(1) } as never),
      ).rejects.toMatchObject({ status: expect.any(Number) })
    expect((await hub.everyone.getListing({ id })).title).toBe('Mine')
    await admin.api.removeComment({ id: comment.id })
    await admin.api.removeListing({ id })
    const { items } = await hub.everyone.listModerationLog({ limit: 2 })
    expect(items).toMatchObject([
      { action: 'remove', by: { did: admin.did, name: 'Owner' }, subject: { kind: 'listing', id } },
      { action: 'remove', subject: { kind: 'comment', id: comment.id } },
    ])
  })

  it('have comments, which their author changes', async () => {
    const { id } = await ann.api.publishListing({ title: 'Talk', category: 'other', link: magnet(3) })
    const one = await ben.api.addComment({ id, text: '<script>alert(1)</script>' })
    expect(one).toMatchObject({
      text: '<script>alert(1)</script>',
      author: { did: ben.did, name: 'Ben' },
      changedMs: null,
    })
    await ann.api.addComment({ id, text: 'two' })
    const changed = await ben.api.editComment({ id: one.id, text: 'one' })
    expect(changed).toMatchObject({ id: one.id, text: 'one', changedMs: expect.any(Number) })
    const first = await hub.everyone.listComments({ id, limit: 1 })
    expect(first.items).toEqual([changed])
    const second = await hub.everyone.listComments({ id, limit: 1, cursor: first.next! })
    expect(second.items.map(({ text }) => text)).toEqual(['two'])
    expect((await hub.everyone.getListing({ id })).comments).toBe(2)
    await ben.api.removeComment({ id: one.id })
    expect((await hub.everyone.getListing({ id })).comments).toBe(1)
  })

  it('have thumbnails, which are pictures wherever they are opened', async () => {
    const { id } = await ann.api.publishListing({ title: 'Seen', category: 'pictures', link: magnet(4) })
    const send = (body: Uint8Array, type = 'text/html') =>
      ann.get(`/api/listings/${id}/thumbnails`, {
        method: 'POST',
        body: body as BodyInit,
        headers: { 'content-type': type },
      })
    const { thumbnails } = await (await send(png(64, 32))).json()
    expect(thumbnails).toEqual([expect.stringMatching(/^[\w-]{22}$/)])
    const got = await fetch(`${hub.url}/api/listings/${id}/thumbnails/${thumbnails[0]}`)
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(png(64, 32))
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': expect.stringContaining('immutable'),
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
    })
    const svg = await send(new TextEncoder().encode('<svg onload="alert(1)"/>'), 'image/png')
    expect([svg.status, (await svg.json()).error]).toMatchObject([
      400,
      { code: 'bad-picture', field: 'body' },
    ])
    const large = await send(new Uint8Array(131_073))
    expect([large.status, (await large.json()).error.code]).toEqual([413, 'too-large'])
    for (const size of [2, 3, 4]) await send(png(size, size))
    expect((await (await send(png(5, 5))).json()).error.code).toBe('full')
    expect((await ann.api.removeThumbnail({ id, name: thumbnails[0] })).thumbnails).toHaveLength(3)
    expect((await fetch(`${hub.url}/api/listings/${id}/thumbnails/${thumbnails[0]}`)).status).toBe(404)
  })

  it('have a .torrent, if it is that of the link', async () => {
    const { id } = await ann.api.publishListing({ title: 'File', category: 'data', link: LINK })
    const send = (body: Uint8Array, listing = id) =>
      ann.get(`/api/listings/${listing}/torrent`, { method: 'PUT', body: body as BodyInit })
    expect(await (await send(TORRENT)).json()).toMatchObject({ hasTorrent: true, sizeBytes: 5, fileCount: 1 })
    const got = await fetch(`${hub.url}/api/listings/${id}/torrent`)
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(TORRENT)
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'application/x-bittorrent',
      'content-disposition': `attachment; filename="${id}.torrent"`,
    })
    const other = await ann.api.publishListing({ title: 'Other', category: 'data', link: magnet(5) })
    for (const [body, listing] of [
      [TORRENT, other.id],
      [Buffer.from('d4:infoi1ee'), id],
      [new Uint8Array(9), id],
    ] as const)
      expect((await (await send(body, listing)).json()).error).toMatchObject({
        code: expect.stringMatching(/^bad-(torrent|bencode)$/),
      })
    expect((await ann.api.editListing({ id, link: magnet(6) })).hasTorrent).toBe(false)
  })

  it('are limited in size, form and number', async () => {
    const text = { title: 'x', category: 'other', link: magnet(7) } as const
    const wrong: [object, string][] = [
      [{ title: 'é'.repeat(129) }, 'title'],
      [{ title: ' \n' }, 'title'],
      [{ description: 'x'.repeat(65_537) }, 'description'],
      [{ tags: Array(17).fill('x') }, 'tags'],
      [{ tags: ['<>'] }, 'tags.0'],
      [{ category: '<script>' }, 'category'],
      [{ link: 'javascript:alert(1)#s1' }, 'link'],
      [{ sizeBytes: -1 }, 'sizeBytes'],
      [{ fileCount: 0 }, 'fileCount'],
      [{ hidden: 'x' }, 'hidden'],
    ]
    for (const [each, field] of wrong)
      await expect(ann.api.publishListing({ ...text, ...each } as never)).rejects.toMatchObject({
        status: 400,
        field,
      })
    const flooder = await hub.member('Flood')
    const many = await Promise.allSettled(Array.from({ length: 30 }, () => flooder.api.publishListing(text)))
    const refused = many.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(10)
    for (const each of refused)
      expect(each).toMatchObject({ reason: { code: 'too-many-requests', status: 429 } })
    await ben.api.publishListing(text)
  })

  it('count the peers of the hub’s own tracker', async () => {
    const hash = '8'.padStart(40, '0')
    const { id } = await ann.api.publishListing({ title: 'Peers', category: 'data', link: magnet(8) })
    const announce = (port: number, left: number) =>
      fetch(
        `${hub.url}/announce?info_hash=${hash.replace(/../g, '%$&')}&peer_id=${'p'.repeat(20)}&port=${port}&left=${left}&uploaded=0&downloaded=0&compact=1`,
      )
    for (const [port, left] of [
      [1001, 0],
      [1002, 0],
      [1003, 9],
    ] as const)
      await announce(port, left)
    expect(await hub.everyone.getListing({ id })).toMatchObject({ seeders: 2, leechers: 1 })
  })
})

it('a hub that is not open shows nothing to strangers', async () => {
  await using hub = await hubWithMembers({})
  const ann = await hub.member('Ann')
  const { id } = await ann.api.publishListing({ title: 'Private', category: 'data', link: magnet(9) })
  const asked = [
    () => hub.everyone.listListings({}),
    () => hub.everyone.getListing({ id }),
    () => hub.everyone.listComments({ id }),
    () => hub.everyone.listModerationLog({}),
  ]
  for (const ask of asked) await expect(ask()).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
  for (const path of ['thumbnails/x', 'torrent'])
    expect((await fetch(`${hub.url}/api/listings/${id}/${path}`)).status).toBe(401)
  expect((await ann.api.listListings({})).items).toHaveLength(1)
})
