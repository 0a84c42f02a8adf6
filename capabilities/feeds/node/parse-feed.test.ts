import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFeed } from './parse-feed.ts'

const BASE = new URL('https://feeds.example/rss/all.xml')
const rss = (items: string, head = '<title>A &amp; B</title>') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:torrent="http://xmlns.ezrss.it/0.1/"><channel>${head}${items}</channel></rss>`
const sources = (items: string) => parseFeed(rss(items), BASE, false).items.map(({ source }) => source)

test('RSS 2.0: titles, dates, guids and links', () => {
  const feed = parseFeed(
    rss(`<image><title>not this</title></image>
      <item><title><![CDATA[One & only]]>
        two</title><link>https://x.example/page</link><guid isPermaLink="false"> g1 </guid>
        <pubDate>Mon, 05 Jan 2026 10:00:00 +0100</pubDate>
        <enclosure url="https://x.example/1.torrent?key=a&amp;b=c" length="9" type="application/x-bittorrent"/></item>
      <item><title>Relative</title><enclosure url="/2.torrent" type=""/></item>`),
    BASE,
    false,
  )
  expect(feed).toEqual({
    title: 'A & B',
    items: [
      {
        guid: 'g1',
        title: 'One & only two',
        source: 'https://x.example/1.torrent?key=a&b=c',
        publishedMs: Date.UTC(2026, 0, 5, 9),
      },
      {
        guid: 'https://feeds.example/2.torrent',
        title: 'Relative',
        source: 'https://feeds.example/2.torrent',
        publishedMs: null,
      },
    ],
  })
})

test('Atom: links, ids and dates', () => {
  const feed = parseFeed(
    `<feed xmlns="http://www.w3.org/2005/Atom"><title>Atoms</title><link href="https://x.example/"/>
     <entry><title type="html">E1</title><id>urn:1</id><updated>2026-01-05T09:00:00Z</updated>
       <link href="https://x.example/page"/><link rel="enclosure" type="application/x-bittorrent" href="https://x.example/get?id=1"/></entry>
     <entry><title>E2</title><id>urn:2</id><link href="magnet:?xt=urn:btih:abc"/></entry></feed>`,
    BASE,
    false,
  )
  expect(feed.title).toBe('Atoms')
  expect(feed.items).toMatchObject([
    { guid: 'urn:1', source: 'https://x.example/get?id=1', publishedMs: Date.UTC(2026, 0, 5, 9) },
    { guid: 'urn:2', source: 'magnet:?xt=urn:btih:abc' },
  ])
})

test('RSS 1.0: items next to the channel', () => {
  const feed = parseFeed(
    `<rdf:RDF xmlns:rdf="x" xmlns="http://purl.org/rss/1.0/"><channel><title>Old</title></channel>
     <item rdf:about="1"><title>T</title><link>https://x.example/a.torrent</link></item></rdf:RDF>`,
    BASE,
    false,
  )
  expect(feed).toMatchObject({ title: 'Old', items: [{ title: 'T', source: 'https://x.example/a.torrent' }] })
})

test('a magnet link goes first, then a .torrent, then any file, then the page', () => {
  const magnet = '<torrent:magnetURI><![CDATA[magnet:?xt=urn:btih:1]]></torrent:magnetURI>'
  const torrent = '<enclosure url="https://x.example/a" type="application/x-bittorrent"/>'
  const song = '<enclosure url="https://x.example/a.mp3" type="audio/mpeg"/>'
  const page = '<link>https://x.example/page</link>'
  expect(
    sources(`<item>${page}${song}${torrent}${magnet}</item><item><torrent:torrent>${magnet}</torrent:torrent></item>
      <item>${page}${song}${torrent}</item><item>${page}${song}</item><item>${page}</item><item><title>none</title></item>`),
  ).toEqual([
    'magnet:?xt=urn:btih:1',
    'magnet:?xt=urn:btih:1',
    'https://x.example/a',
    'https://x.example/a.mp3',
    'https://x.example/page',
  ])
})

test('a picture is not what an item offers', () => {
  const picture = '<enclosure url="/cover.jpg" type="image/jpeg" length="1"/>'
  const link = '<link>https://x.example/get?id=1</link>'
  expect(sources(`<item>${picture}${link}</item>`)).toEqual(['https://x.example/get?id=1'])
  expect(sources(`<item>${link}<media:content url="/poster" medium="image"/></item>`)).toEqual([
    'https://x.example/get?id=1',
  ])
  expect(sources(`<item>${link}<media:content url="/poster.png?w=300"/></item>`)).toEqual([
    'https://x.example/get?id=1',
  ])
  expect(sources(`<item>${picture}<enclosure url="/talk.mp3" type="audio/mpeg"/>${link}</item>`)).toEqual([
    'https://feeds.example/talk.mp3',
  ])
  expect(sources(`<item><title>only a picture</title>${picture}</item>`)).toEqual([])
  // However many there are, and whatever type they claim.
  const vague = 'type="application/octet-stream"'
  const pictures = `<media:content url="/a" ${vague} medium="image"/><enclosure url="/p.jpg" ${vague}/>`
  const torrent = '<enclosure url="/a.torrent" type="image/jpeg"/>'
  expect(sources(`<item>${pictures.repeat(20)}${link}${torrent}</item>`)).toEqual([
    'https://feeds.example/a.torrent',
  ])
})

test('a page may be named like a picture', () => {
  const page = 'https://x.example/wiki/File:Foo.jpg'
  expect(sources(`<item><link>${page}</link></item>`)).toEqual([page])
  expect(sources(`<item><link href="${page}"/></item>`)).toEqual([page])
})

test('parameters of a media type say nothing about it', () => {
  const torrent = '<enclosure url="/get?id=1" type="Application/X-BitTorrent; charset=binary"/>'
  expect(sources(`<item><enclosure url="/a.mp3" type="audio/mpeg"/>${torrent}</item>`)).toEqual([
    'https://feeds.example/get?id=1',
  ])
})

test('a feed cannot name local files or hosts', () => {
  const urls = [
    'file:///etc/passwd',
    '/etc/passwd.torrent',
    'javascript:alert(1)',
    'http://127.0.0.1/a.torrent',
    'http://localhost:8420/a.torrent',
    'http://192.168.1.1/reboot.torrent',
    'http://[::1]/a.torrent',
    'http://[fd00::1]/a.torrent',
    'http://0x7f.1/a.torrent',
    'http://printer.local/a.torrent',
  ]
  const items = urls.map(url => `<item><enclosure url="${url}"/></item>`).join('')
  // A path is relative to the feed's own server.
  expect(sources(items)).toEqual(['https://feeds.example/etc/passwd.torrent'])
  const local = parseFeed(
    rss('<item><enclosure url="a.torrent"/></item>'),
    new URL('http://192.168.1.2/feed'),
    true,
  )
  expect(local.items[0]!.source).toBe('http://192.168.1.2/a.torrent')
  // A redirect into the network does not make the feed local.
  const text = rss('<item><enclosure url="a.torrent"/></item>')
  expect(parseFeed(text, new URL('http://192.168.1.2/feed'), false).items).toEqual([])
})

test('rejects other documents, and limits the length', () => {
  for (const text of ['', 'hello', '<html><title>x</title></html>', `<rss>${'<a>'.repeat(100)}`])
    expect(() => parseFeed(text, BASE, false)).toThrow(expect.objectContaining({ code: 'bad-feed' }))
  const item = `<item><title>${'x'.repeat(10_000)}</title><link>https://x.example/1</link></item>`
  const { items } = parseFeed(rss(item.repeat(3000)), BASE, false)
  expect(items.length).toBe(2000)
  expect(items[0]!.title.length).toBe(500)
  // Entities that the feed defines are not expanded.
  const bomb = `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "&a;&a;">]>${rss('<item><title>&b;</title><link>http://x.example/</link></item>')}`
  expect(parseFeed(bomb, BASE, false).items[0]!.title).toBe('&b;')
})

test('any text is parsed or rejected', () => {
  const part = fc.constantFrom(
    '<rss>',
    '<item>',
    '</item>',
    '<title>',
    '<link href="a">',
    ']]>',
    '<![CDATA[',
    '&#x',
    '<entry',
    '"',
    'x',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string())), parts => {
      try {
        for (const item of parseFeed(`<rss><channel>${parts.join('')}`, BASE, false).items)
          expect(item.source).toMatch(/^(https?|ftps?|magnet):/)
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-feed' })
      }
    }),
  )
})
