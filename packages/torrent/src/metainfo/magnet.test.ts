import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32, fromHex, hex } from '../base/bytes.ts'
import { libtorrentHybrid } from './fixtures.ts'
import {
  formatMagnet,
  isMagnet,
  MAX_MAGNET_LENGTH,
  type Magnet,
  magnetOf,
  parseMagnet,
  selectedFiles,
} from './magnet.ts'
import { parseMetainfo } from './parse-metainfo.ts'

const V1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
const V2 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const v1 = fromHex(V1)!
const v2 = fromHex(V2)!
const link = `magnet:?xt=urn:btih:${V1}`

const urls = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), { maxLength: 4 })
const magnets: fc.Arbitrary<Magnet> = fc.record(
  {
    infoHashes: fc.constantFrom({ v1 }, { v2 }, { v1, v2 }),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    trackers: urls.map(list => list.map(text => `udp://tracker/${text}/announce`)),
    webSeeds: urls,
    sources: urls.map(list => list.map(text => `http://${text}`)),
    peers: fc.uniqueArray(
      fc.record({
        host: fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.domain().map(name => name.toLowerCase()),
        ),
        port: fc.integer({ min: 1, max: 65535 }),
      }),
      { maxLength: 3, selector: ({ host, port }) => `${host} ${port}` },
    ),
    // At least two apart, so that ranges are not merged.
    select: fc
      .array(fc.tuple(fc.integer({ min: 2, max: 50 }), fc.nat(50)), { minLength: 1, maxLength: 5 })
      .map(steps => {
        let next = 0
        return steps.map(([gap, width]) => {
          const first = next + gap
          next = first + width
          return { first, last: next }
        })
      }),
  },
  { requiredKeys: ['infoHashes', 'trackers', 'webSeeds', 'sources', 'peers'] },
)

describe('parseMagnet', () => {
  it('parses the output of formatMagnet', () => {
    fc.assert(
      fc.property(magnets, magnet => {
        expect(parseMagnet(formatMagnet(magnet))).toEqual(magnet)
      }),
    )
  })

  it('parses every form of info hash', () => {
    expect(parseMagnet(link).infoHashes).toEqual({ v1 })
    expect(parseMagnet(`MAGNET:?XT=URN:BTIH:${V1.toUpperCase()}`).infoHashes).toEqual({ v1 })
    expect(parseMagnet(`magnet:?xt=urn:btih:${base32(v1).toUpperCase()}`).infoHashes).toEqual({ v1 })
    expect(parseMagnet(`magnet:?xt=urn:btmh:1220${V2}`).infoHashes).toEqual({ v2 })
    expect(parseMagnet(`${link}&xt=urn:btmh:1220${V2}`).infoHashes).toEqual({ v1, v2 })
    expect(
      parseMagnet(`magnet:?xt.1=urn:sha1:ABC&xt.2=urn%3Abtih%3A${V1}&xt.3=urn:btih:${V1}`).infoHashes,
    ).toEqual({ v1 })
  })

  it('parses links copied from pages and mails', () => {
    const magnet = parseMagnet(
      ` ${link}&amp;dn=A+name%2B%20more&amp;tr=udp%3A%2F%2Ft%3A1&tr.2=http://u/?a+b&tr=udp://t:1&dn=other\n`,
    )
    expect(magnet).toMatchObject({ name: 'A name+ more', trackers: ['udp://t:1', 'http://u/?a+b'] })
  })

  it('parses peers with every kind of address and skips malformed ones (BEP 9)', () => {
    const peers = [
      'Host.Example:1',
      '1.2.3.4:65535',
      '[2001:DB8::1]:6881',
      '1.2.3.4',
      '1.2.3.4:0',
      'h:65536',
      '::1:5',
      'a b:1',
      ':1',
      'u@h:1',
      '/ip4/1.2.3.4/tcp/1/p2p/Qm',
      '/a b',
    ]
    expect(
      parseMagnet(`${link}${peers.map(peer => `&x.pe=${encodeURIComponent(peer)}`).join('')}`).peers,
    ).toEqual([
      { host: 'host.example', port: 1 },
      { host: '1.2.3.4', port: 65535 },
      { host: '2001:db8::1', port: 6881 },
      { host: '/ip4/1.2.3.4/tcp/1/p2p/Qm', port: 0 },
    ])
  })

  it('sorts and merges the selected file ranges (BEP 53)', () => {
    expect(parseMagnet(`${link}&so=6-8,0,2,4,7-10,9,11`).select).toEqual([
      { first: 0, last: 0 },
      { first: 2, last: 2 },
      { first: 4, last: 4 },
      { first: 6, last: 11 },
    ])
    expect(parseMagnet(`${link}&so=0-2147483647`).select).toEqual([{ first: 0, last: 2147483647 }])
  })

  it.each([
    ['9999999-1,x', undefined],
    ['5-4', undefined],
    ['-4', undefined],
    ['', undefined],
    ['0-2147483648', undefined],
    [`${'1,'.repeat(10_000)}1`, undefined],
    ['1,,x,2', [{ first: 1, last: 2 }]],
  ])('ignores what is malformed in the selection %.20j', (selection, select) => {
    const magnet = parseMagnet(`${link}&so=${selection}&dn=x`)
    expect([magnet.select, magnet.name]).toEqual([select, 'x'])
  })

  it('parses links with the scheme that pages may handle', () => {
    expect(parseMagnet(` web+${link}`)).toEqual(parseMagnet(link))
    expect(isMagnet(`WEB+${link}`)).toBe(true)
    expect(isMagnet('web+x:?')).toBe(false)
  })

  it('skips sources that are not HTTP(S) and values that are not UTF-8', () => {
    const magnet = parseMagnet(
      `${link}&xs=urn:btpk:00&as=https://h/a.torrent&xs=HTTP://h/b&tr=%ff&tr=%&dn=%e9&junk&=x`,
    )
    expect(magnet).toEqual({
      infoHashes: { v1 },
      trackers: [],
      webSeeds: [],
      sources: ['https://h/a.torrent', 'HTTP://h/b'],
      peers: [],
    })
  })

  it('skips trackers that are no URLs', () => {
    const wrong = [
      'magnet:?xt=urn:btih:1',
      'film.torrent',
      'http:///announce',
      'udp://',
      'a tracker',
      '//t/a',
    ]
    const all = [...wrong, 'udp://t:1', 'wss://t/'].map(text => `&tr=${encodeURIComponent(text)}`)
    expect(parseMagnet(link + all.join('')).trackers).toEqual(['udp://t:1', 'wss://t/'])
  })

  it('keeps trackers that only need to be read as `URL` does, without space around them', () => {
    const odd = [' http://t/a', 'http://t/a\n', '\thttp://t/a', 'http:/t/b', 'http:\\\\t\\c', 'udp:t:1', ' ']
    const all = odd.map(text => `&tr=${encodeURIComponent(text)}`)
    expect(parseMagnet(link + all.join('')).trackers).toEqual(['http://t/a', 'http:/t/b', 'http:\\\\t\\c'])
  })

  it('enforces its limits', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `&tr=a://${i}&x.pe=h:${i + 1}`).join('')
    const magnet = parseMagnet(link + many)
    expect([magnet.trackers.length, magnet.peers.length]).toEqual([1000, 1000])
    expect(parseMagnet(`${link}&tr=udp://${'x'.repeat(4097)}`).trackers).toEqual([])
  })

  it.each([
    ['', 'does not begin'],
    ['http://x/', 'does not begin'],
    ['magnet:?', 'no info hash'],
    ['magnet:?dn=x', 'no info hash'],
    ['magnet:?xt=urn:btih:', 'no info hash'],
    [`magnet:?xt=urn:btih:${V1}0`, 'malformed info hash'],
    [`magnet:?xt=urn:btih:${V1.replace('d', 'g')}`, 'malformed info hash'],
    [`magnet:?xt=urn:btmh:${V2}`, 'malformed info hash'],
    [`magnet:?xt=urn:btmh:1114${V2}`, 'malformed info hash'],
    [`${link}&xt=urn:btih:${'0'.repeat(40)}`, 'two different v1'],
    [`${link}&dn=${'x'.repeat(MAX_MAGNET_LENGTH)}`, 'longer than'],
  ])('refuses %.80j', (text, message) => {
    expect(() => parseMagnet(text)).toThrow(expect.objectContaining({ code: 'bad-magnet' }))
    expect(() => parseMagnet(text)).toThrow(message)
  })

  it('parses any text or throws bad-magnet', () => {
    const parts = fc.constantFrom(
      'xt=urn:btih:',
      'xt=urn:btmh:1220',
      V1,
      V2,
      '&',
      '=',
      '%',
      'so=',
      'x.pe=',
      'tr=',
      '-',
      ',',
      '1',
      '[',
      ']:',
      'dn',
      '.1',
      '+',
    )
    const texts = fc
      .array(fc.oneof(parts, fc.string({ maxLength: 5 })), { maxLength: 20 })
      .map(list => `magnet:?${list.join('')}`)
    fc.assert(
      fc.property(fc.oneof(fc.string(), texts), text => {
        try {
          const magnet = parseMagnet(text)
          expect(parseMagnet(formatMagnet(magnet))).toEqual(magnet)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-magnet' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('formatMagnet', () => {
  it('needs an info hash and encodes malformed text', () => {
    expect(() => formatMagnet({ infoHashes: {} })).toThrow(expect.objectContaining({ code: 'bad-magnet' }))
    expect(formatMagnet({ infoHashes: { v1 }, name: 'a&b=\ud800', select: [] })).toBe(
      `${link}&dn=a%26b%3D%EF%BF%BD`,
    )
  })

  it('includes both info hashes of a hybrid torrent', () => {
    const magnet = parseMagnet(magnetOf(parseMetainfo(libtorrentHybrid.bytes)))
    expect([hex(magnet.infoHashes.v1!), hex(magnet.infoHashes.v2!)]).toEqual([
      libtorrentHybrid.v1,
      libtorrentHybrid.v2,
    ])
    expect(magnet).toMatchObject({
      name: 'multi',
      trackers: ['http://one.example/announce', 'udp://two.example:6969'],
      webSeeds: ['http://seed.example/'],
    })
  })
})

describe('selectedFiles', () => {
  it('lists the selected files that exist', () => {
    expect(
      selectedFiles(
        [
          { first: 1, last: 2 },
          { first: 4, last: 2147483647 },
        ],
        6,
      ),
    ).toEqual([1, 2, 4, 5])
    expect(selectedFiles([{ first: 9, last: 12 }], 6)).toEqual([])
  })
})
