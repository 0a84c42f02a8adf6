import { parseXml, type XmlElement, XmlText } from '@rgrove/parse-xml'
import { parseMetainfo } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import { encode } from '@shoal/torrent/bencode'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type HubWithMembers, hubWithMembers, type Member, magnet } from '../../testing/hub-with-members.ts'
import { element, xmlText } from './xml.ts'

const SCRIPT = '"><script>alert(1)</script><![CDATA[<img src=x onerror=alert(1)>]]>&lt;'
const TORRENT = encode({
  info: { length: 5, name: SCRIPT, 'piece length': 16_384, pieces: new Uint8Array(20) },
})
const LINK = `magnet:?xt=urn:btih:${hex(parseMetainfo(TORRENT).info.infoHashes.v1!)}`

const elements = (parent: XmlElement, name: string): XmlElement[] =>
  parent.children.filter(
    (child): child is XmlElement => child.type === 'element' && (child as XmlElement).name === name,
  )
const textOf = (parent: XmlElement, name: string) => elements(parent, name)[0]?.text
const attributesOf = (item: XmlElement) =>
  Object.fromEntries(
    elements(item, 'torznab:attr').map(({ attributes }) => [attributes.name, attributes.value]),
  )

describe('feeds of a hub for members', () => {
  let hub: HubWithMembers
  let ann: Member
  let key: string
  let withTorrent: string
  let sealed: string
  beforeAll(async () => {
    hub = await hubWithMembers({ name: 'Our <hub>' })
    ann = await hub.member(SCRIPT.slice(0, 60))
    ;({ key } = await ann.api.renewFeedKey({}))
    const publish = (title: string, more: object) =>
      ann.api.publishListing({ title, category: 'films', link: magnet(1), ...more } as never)
    await publish('Show S01E02', { category: 'series', sizeBytes: 10, fileCount: 2 })
    await publish(SCRIPT, {
      tags: [SCRIPT.slice(0, 40)],
      description: `${SCRIPT}\n\n[x](javascript:alert(1)) [y](https://h/"onclick="z) **ok** <javascript:x>`,
    })
    ;({ id: withTorrent } = await publish('With torrent', { link: LINK }))
    await ann.get(`/api/listings/${withTorrent}/torrent`, { method: 'PUT', body: TORRENT as BodyInit })
    const { formatShareLink } = await import('@shoal/links')
    sealed = formatShareLink('https://share.example/', {
      magnet: { infoHashes: { v1: new Uint8Array(20).fill(5) } },
      seal: { by: 'key', key: new Uint8Array(32) },
    })
    await publish('Sealed', { link: sealed })
    await publish('Replaceable', { link: `magnet:?xs=urn:btpk:${'ab'.repeat(32)}` })
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  const get = async (path: string) => {
    const response = await fetch(`${hub.url}${path}`)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    }
  }
  const torznab = async (query: string) => {
    const { text, ...rest } = await get(`/torznab/api?${query}`)
    return { ...rest, text, root: parseXml(text).root! }
  }
  it('Atom is well-formed, and says what RFC 4287 wants', async () => {
    const { type, text, status } = await get(`/atom?key=${key}`)
    expect([status, type]).toEqual([200, 'application/atom+xml; charset=utf-8'])
    const feed = parseXml(text).root!
    expect(feed.attributes.xmlns).toBe('http://www.w3.org/2005/Atom')
    expect(textOf(feed, 'title')).toBe('Our <hub>')
    const entries = elements(feed, 'entry')
    expect(entries.map(entry => textOf(entry, 'title'))).toEqual([
      ...['Replaceable', 'Sealed', 'With torrent', SCRIPT, 'Show S01E02'],
    ])
    for (const each of [feed, ...entries]) {
      expect(Date.parse(textOf(each, 'updated')!)).toBeGreaterThan(0)
      expect(textOf(each, 'id')).toMatch(/^did:key:z6Mk\w+#/)
    }
    const sources = entries.map(
      entry =>
        elements(entry, 'link').find(({ attributes }) => attributes.rel === 'enclosure')!.attributes.href,
    )
    expect(sources).toEqual([
      ...[`magnet:?xs=urn:btpk:${'ab'.repeat(32)}`, sealed],
      ...[`${hub.url}/api/listings/${withTorrent}/torrent?key=${key}`, magnet(1), magnet(1)],
    ])
    expect((await get(sources[2]!.slice(hub.url.length))).status).toBe(200)
    expect(new Set(entries.map(entry => textOf(entry, 'id'))).size).toBe(5)
  })

  it('no script survives in the HTML of an Atom entry', async () => {
    const feed = parseXml((await get(`/atom?key=${key}&text=alert`)).text).root!
    const [entry] = elements(feed, 'entry')
    const [content] = elements(entry!, 'content')
    expect(content!.attributes.type).toBe('html')
    expect(content!.children.every(child => child instanceof XmlText)).toBe(true)
    const html = content!.text
    expect(html).toContain('<strong>ok</strong>')
    expect(
      html.replace(
        /<\/?(?:p|strong|em)>|<a href="https:[^"]*" rel="nofollow noopener noreferrer">|<\/a>/g,
        '',
      ),
    ).not.toMatch(/[<>]/)
    expect(html).not.toMatch(/href="(?!https:)/)
  })

  it('Atom is filtered by words, category, tag and author', async () => {
    const count = async (query: string) =>
      elements(parseXml((await get(`/atom?key=${key}&${query}`)).text).root!, 'entry').length
    expect(await count('category=series')).toBe(1)
    expect(await count('text=with')).toBe(1)
    expect(await count(`author=${ann.did}`)).toBe(5)
    expect(await count('author=did:key:other')).toBe(0)
    expect((await get(`/atom?key=${key}&wrong=1`)).status).toBe(400)
  })

  it('need a key, which is none of a session, and wrong ones wait', async () => {
    expect((await get('/atom')).status).toBe(401)
    expect((await get(`/atom?key=${ann.session}`)).status).toBe(401)
    const wrong = await torznab('t=search&apikey=wrongwrongwrong')
    expect([wrong.root.name, wrong.root.attributes.code]).toEqual(['error', '100'])
    expect((await torznab('t=search')).root.attributes.code).toBe('100')
    const passkey = await hub.stores.trackerKeys.renew(ann.did)
    expect((await get(`/atom?key=${passkey}`)).status).toBe(200)
    for (let at = 0; at < 6; at++) await get('/atom?key=wrongwrongwrong')
    expect((await get('/atom?key=wrongwrongwrong')).status).toBe(429)
    expect((await torznab('t=search&apikey=wrongwrongwrong')).root.attributes).toEqual({
      ...{ code: '500', description: 'Request limit reached' },
    })
  })

  it('Torznab says what it can do, without a key', async () => {
    const { root, type } = await torznab('t=caps')
    expect([root.name, type]).toEqual(['caps', 'application/xml; charset=utf-8'])
    const searching = elements(root, 'searching')[0]!
    const kinds = searching.children.map(child => (child as XmlElement).name)
    expect(kinds).toEqual(['search', 'tv-search', 'movie-search', 'audio-search', 'book-search'])
    expect(searching.children.every(child => (child as XmlElement).attributes.available === 'yes')).toBe(true)
    expect(elements(root, 'limits')[0]!.attributes).toEqual({ max: '100', default: '100' })
    const ids = elements(elements(root, 'categories')[0]!, 'category').map(category => [
      category.attributes.id,
      ...elements(category, 'subcat').map(({ attributes }) => attributes.id),
    ])
    expect(ids.sort()).toEqual([
      ...[['100001'], ['100002'], ['2000'], ['3000', '3030'], ['4000', '4050'], ['5000']],
      ...[['7000', '7030'], ['8000']],
    ])
  })

  it('Torznab finds listings with their attributes', async () => {
    // Addresses with wrong keys are throttled, and all tests share them.
    await using fresh = await hubWithMembers({ registration: 'open' })
    const member = await fresh.member('Ann')
    const publish = (title: string, more: object = {}) =>
      member.api.publishListing({ title, category: 'films', link: magnet(1), ...more } as never)
    const { id } = await publish('Show S01E02', { category: 'series', sizeBytes: 10, fileCount: 2 })
    await publish(SCRIPT)
    const list = async (query: string) => {
      const root = parseXml(await (await fetch(`${fresh.url}/torznab/api?${query}`)).text()).root!
      return root.name === 'error' ? root.attributes.code : elements(elements(root, 'channel')[0]!, 'item')
    }
    const titles = async (query: string) =>
      ((await list(query)) as XmlElement[]).map(item => textOf(item, 'title'))
    const [item] = (await list('t=tvsearch&q=show&season=1&ep=2')) as XmlElement[]
    expect(textOf(item!, 'guid')).toBe(`${fresh.url}/listings/${id}`)
    expect(textOf(item!, 'comments')).toBe(`${fresh.url}/listings/${id}`)
    expect(textOf(item!, 'link')).toBe(magnet(1))
    expect([textOf(item!, 'size'), textOf(item!, 'category')]).toEqual(['10', '5000'])
    expect(textOf(item!, 'pubDate')).toMatch(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/)
    expect(elements(item!, 'enclosure')[0]!.attributes).toEqual({
      ...{ url: magnet(1), length: '10', type: 'application/x-bittorrent' },
    })
    expect(attributesOf(item!)).toEqual({
      ...{ category: '5000', size: '10', files: '2', seeders: '0', peers: '0', comments: '0' },
      ...{ infohash: magnet(1).slice(-40), magneturl: magnet(1) },
    })
    expect(await titles('t=search')).toEqual([SCRIPT, 'Show S01E02'])
    expect(await titles('t=search&offset=1&limit=1')).toEqual(['Show S01E02'])
    expect(await titles('t=search&cat=5000,100001')).toEqual(['Show S01E02'])
    expect(await titles('t=search&cat=9999')).toEqual([])
    expect(await titles('t=movie&q=alert')).toEqual([SCRIPT])
    expect(await titles('t=tvsearch&season=3')).toEqual([])
    expect(await titles('t=search&offset=901')).toEqual([])
    expect(await titles('t=tvsearch&tvdbid=81189')).toEqual([])
    expect(await titles('t=music&artist=somebody')).toEqual([])
    await publish('News.2026.03.07', { category: 'series' })
    expect(await titles('t=tvsearch&q=news&season=2026&ep=3/7')).toEqual(['News.2026.03.07'])
    expect(await titles('t=tvsearch&q=news&season=2026&ep=3/8')).toEqual([])
    for (const [query, code] of [
      ['', '200'],
      ['t=details', '202'],
      ['t=search&limit=x', '201'],
      ['t=search&q=a&q=b', '201'],
      ['t=tvsearch&ep=x', '201'],
    ])
      expect(await list(query!)).toBe(code)
  })

  it('Torznab leaves out what it cannot name', async () => {
    await using fresh = await hubWithMembers({ registration: 'open' })
    const member = await fresh.member('Ann')
    for (const link of [sealed, `magnet:?xs=urn:btpk:${'ab'.repeat(32)}`, magnet(3)])
      await member.api.publishListing({ title: 'One', category: 'data', link })
    const root = parseXml(await (await fetch(`${fresh.url}/torznab/api?t=search`)).text()).root!
    const found = elements(elements(root, 'channel')[0]!, 'item')
    expect(found.map(item => attributesOf(item).magneturl)).toEqual([magnet(3)])
  })
})

test('any text is an element and an attribute of well-formed XML', () => {
  const nasty = fc.string({ unit: fc.constantFrom(...'<>&"\'\0\u0001\uFFFE\u{1F600}\uD800]]>\n\tx') })
  fc.assert(
    fc.property(nasty, text => {
      const root = parseXml(element('a', { b: text }, { text })).root!
      const kept = ['\0', '\u0001', '\uFFFE'].reduce(
        (left, each) => left.replaceAll(each, ''),
        text.toWellFormed(),
      )
      expect(root.text).toBe(kept)
      expect(root.attributes.b).toBe(kept.replace(/[\n\t]/g, ' '))
      expect(xmlText(text)).not.toMatch(/[<>"']/)
    }),
  )
})
