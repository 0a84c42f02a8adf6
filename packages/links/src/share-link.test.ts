import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRoomHub, type ShareLink } from './contents.ts'
import { parseLatestLink, writeShareLink } from './latest-link.ts'
import { LinkError } from './link-error.ts'
import { roomSecretOf } from './room-secret.ts'
import { s2Contents, s2Payload } from './s2.ts'
import { isShareLink, linkAt, parseShareLink, shareOf } from './share-link.ts'
import { nodeAddress } from './testing/node-address.ts'

const PAGE = 'https://example.org/'
const SHARE: ShareLink = {
  magnet: {
    infoHashes: { v1: new Uint8Array(20).fill(1), v2: new Uint8Array(32).fill(2) },
    name: 'Harbour at dawn',
    trackers: ['wss://tracker.example.org', 'udp://tracker.example.org:6969'],
    webSeeds: ['https://files.example.org/harbour.mp4'],
    peers: [
      { host: '192.0.2.7', port: 6881 },
      { host: '2001:db8::7', port: 6882 },
      { host: '/BMsAcQeR', port: 0 },
    ],
  },
  lengthBytes: 2 ** 40,
  seal: { by: 'key', key: new Uint8Array(32).fill(3) },
  room: new Uint8Array(32).fill(4),
}

function errorCode(text: string): string | undefined {
  try {
    parseShareLink(text)
    return undefined
  } catch (error) {
    return error instanceof LinkError ? error.code : String(error)
  }
}

test('a link parses back to its share', () => {
  const link = writeShareLink(PAGE, SHARE)
  expect(link).toMatch(/^https:\/\/example\.org\/#s2[A-Za-z0-9_-]+$/)
  expect(parseShareLink(link)).toEqual({ ...SHARE, magnet: { ...SHARE.magnet, sources: [] } })
  expect(isShareLink(link)).toBe(true)
})

test.each([{ by: 'passphrase' }, { by: 'recipient' }] as const)(
  'a link of a share sealed by $by parses back',
  seal => {
    const magnet = { infoHashes: { v2: new Uint8Array(32).fill(2) } }
    expect(parseShareLink(writeShareLink(PAGE, { magnet, seal })).seal).toEqual(seal)
  },
)

test('the secret of the room is in the link, or derived from the key of its seal', () => {
  const magnet = { infoHashes: { v1: new Uint8Array(20) } }
  const seal = { by: 'key', key: new Uint8Array(32).fill(3) } as const
  const [room, derived] = [SHARE.room!, roomSecretOf({ magnet, seal })!]
  expect(roomSecretOf({ magnet, seal, room })).toBe(room)
  expect(derived).toHaveLength(32)
  expect(derived).not.toEqual(seal.key)
  expect([roomSecretOf({ magnet }), roomSecretOf({ magnet, seal: { by: 'passphrase' } })]).toEqual([
    null,
    null,
  ])
  const short = { magnet, room: room.subarray(1) }
  expect(() => writeShareLink('', short)).toThrow('32 bytes')
})

test('a magnet link after # is accepted', () => {
  const hash = 'ab'.repeat(20)
  expect(parseShareLink(`${PAGE}#magnet:?xt=urn:btih:${hash}&dn=x`).magnet.name).toBe('x')
  expect(errorCode(`${PAGE}#magnet:?dn=x`)).toBe('altered')
})

test('a truncated link is reported as cut short', () => {
  const link = writeShareLink(PAGE, SHARE)
  for (let end = link.indexOf('#') + 3; end < link.length; end++)
    expect(errorCode(link.slice(0, end)), `cut at ${end}`).toBe('cut-short')
})

test('a link with a wrong character is reported as altered or cut short', () => {
  const link = writeShareLink(PAGE, SHARE)
  const begin = link.indexOf('#') + 3
  fc.assert(
    fc.property(
      fc.integer({ min: begin, max: link.length - 2 }),
      fc.constantFrom(...'Aaz09-_!%'),
      (at, character) => {
        fc.pre(link[at] !== character)
        // A change of the length can claim a longer share.
        expect(['altered', 'cut-short']).toContain(
          errorCode(link.slice(0, at) + character + link.slice(at + 1)),
        )
      },
    ),
  )
  expect(errorCode(`${link}AAAA`)).toBe('altered')
  // A digit at the beginning is not part of the version.
  expect(errorCode(`${link.slice(0, begin)}9${link.slice(begin + 1)}`)).toBe('altered')
})

test.each([
  ['https://example.org/', 'not-a-link'],
  ['https://example.org/#', 'not-a-link'],
  ['https://example.org/#settings', 'not-a-link'],
  ['https://example.org/#s9AAAA', 'too-new'],
  ['#s2____________', 'altered'],
  ['#s2_w', 'cut-short'],
])('%s is rejected as %s', (text, code) => {
  expect(errorCode(text)).toBe(code)
})

const ERRORS = [undefined, 'altered', 'cut-short', 'not-a-link', 'too-new']

test('text longer than any link is altered', () => {
  for (const version of ['s1', 's2']) expect(errorCode(`#${version}${'A'.repeat(100_000)}`)).toBe('altered')
})

test('any text after # parses or throws a LinkError', () => {
  const payload = fc.oneof(
    fc.uint8Array(),
    fc.constantFrom('de', 'd1:15:aaaaae', 'd1:2i5ee', 'i5e').map(utf8),
  )
  const body = fc.oneof(
    fc.string(),
    fc.uint8Array().map(bytes => base64urlnopad.encode(bytes)),
  )
  fc.assert(
    fc.property(fc.constantFrom('s1', 's2'), body, (version, text) => {
      expect(ERRORS).toContain(errorCode(`#${version}${text}`))
    }),
  )
  // With a valid length and checksum, so that the content is parsed.
  fc.assert(
    fc.property(payload, bytes => {
      expect(ERRORS).toContain(errorCode(framed1(bytes)))
      expect(ERRORS).toContain(errorCode(framed2(bytes)))
    }),
  )
})

test('a link has one spelling only', () => {
  const bytesOf = (link: string) => base64urlnopad.decode(link.slice(3))
  const payload = bytesOf(writeShareLink('', SHARE)).subarray(2, -4)
  expect(framed2(payload)).toBe(writeShareLink('', SHARE))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc
          .tuple(fc.nat(payload.length - 1), fc.integer({ min: 0, max: 255 }))
          .map(([at, byte]) => payload.with(at, byte)),
      ),
      bytes => {
        const link = framed2(bytes)
        const share = shareOf(link)
        if (share) expect(writeShareLink('', share)).toBe(link)
      },
    ),
    { numRuns: 1000 },
  )
  expect(errorCode(framed2(Uint8Array.from([...payload, 0])))).toBe('altered')
  const short = framed2(Uint8Array.from([1, ...SHARE.magnet.infoHashes.v1!]))
  expect(parseShareLink(short).magnet.infoHashes).toEqual({ v1: SHARE.magnet.infoHashes.v1 })
  const longer = [0x95, 0, ...bytesOf(short).subarray(1, -4)]
  expect(errorCode(framed('s2', longer, check2(longer)))).toBe('altered')
})

test('a flag that is not known, and a list that is longer than any, are refused', () => {
  expect(errorCode(framed2(Uint8Array.from([0x81, 0x20])))).toBe('too-new')
  const hash = SHARE.magnet.infoHashes.v1!
  expect(errorCode(framed2(Uint8Array.from([17, ...hash, 0xe9, 0x07])))).toBe('altered')
  expect(errorCode(framed2(Uint8Array.from([65, ...hash, ...Array<number>(7).fill(0xff), 0x0f])))).toBe(
    'altered',
  )
})

const hash = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const url = fc
  .tuple(
    fc.constantFrom('wss', 'ws', 'http', 'https', 'udp', 'WSS'),
    fc.domain(),
    fc.constantFrom('', '/', '/announce', ':80/announce', '/a?b=ä', '/announce/'),
  )
  .map(([scheme, host, path]) => `${scheme}://${host}${path}`)
const peer = fc.oneof(
  fc.record({
    host: fc.oneof(
      fc.constantFrom('192.0.2.7', '2001:db8::7', '::ffff:192.0.2.7', '192.0.2.07', 'a'),
      fc.domain(),
    ),
    port: fc.integer({ min: 1, max: 65535 }),
  }),
  fc
    .constantFrom(
      ...[
        nodeAddress(),
        nodeAddress({ ip: '203.0.113.8' }),
        nodeAddress({ hashes: 2 }),
        nodeAddress({ ip: '2001:db8::7' }),
      ],
      ...['/BMsAcQeR', '/ip4/203.0.113.7/udp/6882', '/', '/BM', '/BMsAcQeQ'],
    )
    .map(host => ({ host, port: 0 })),
)
const anyShare: fc.Arbitrary<ShareLink> = fc
  .record(
    {
      magnet: fc.record(
        {
          infoHashes: fc.oneof(
            fc.record({ v1: hash(20) }),
            fc.record({ v2: hash(32) }),
            fc.record({ v1: hash(20), v2: hash(32) }),
          ),
          name: fc.oneof(
            fc.string({ unit: 'grapheme', minLength: 1 }),
            fc.constantFrom('sealed.age', '\ufeffa'),
          ),
          trackers: fc.uniqueArray(url, { maxLength: 20 }),
          webSeeds: fc.uniqueArray(url, { maxLength: 5 }),
          peers: fc.array(peer, { maxLength: 8 }),
        },
        { requiredKeys: ['infoHashes'] },
      ),
      lengthBytes: fc.maxSafeNat(),
      isPrivate: fc.constant(true),
      seal: fc.oneof(
        hash(32).map(key => ({ by: 'key', key }) as const),
        fc.constantFrom({ by: 'passphrase' } as const, { by: 'recipient' } as const),
      ),
      room: hash(32),
      roomHub: fc.constantFrom(
        'https://hub.example',
        'http://192.0.2.1:6969',
        'https://xn--hfen-loa.example',
      ),
    },
    { requiredKeys: ['magnet'] },
  )
  .map(share => (isRoomHub(share) ? share : (({ roomHub: _, ...rest }) => rest)(share)))

test('only the link of a room names a hub, by its origin', () => {
  const magnet = { infoHashes: { v1: V1 } }
  const room = new Uint8Array(32).fill(4)
  const wrong: readonly Partial<ShareLink>[] = [
    { roomHub: 'https://hub.example' },
    { roomHub: 'https://hub.example', seal: { by: 'passphrase' } },
    ...[
      'https://hub.example/',
      'https://Hub.example',
      'ftp://hub.example',
      'https://a@hub.example',
      'hub',
    ].map(roomHub => ({ room, roomHub })),
  ]
  for (const each of wrong) {
    expect(() => writeShareLink(PAGE, { magnet, ...each })).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    )
    // The same, written by another program.
    const link = writeShareLink('', { magnet, room, roomHub: 'https://hub.example' })
    expect(parseShareLink(link).roomHub).toBe('https://hub.example')
    const payload = s2Payload({ magnet, ...each })
    expect(() => s2Contents(payload)).toThrow(expect.objectContaining({ code: 'altered' }))
  }
})

test('every link parses back, and is written in the same way again', () => {
  fc.assert(
    fc.property(anyShare, share => {
      const link = writeShareLink(PAGE, share)
      const parsed = parseShareLink(link)
      const { name, trackers = [] } = share.magnet
      expect(parsed).toMatchObject({ ...share, magnet: { infoHashes: share.magnet.infoHashes } })
      expect(parsed.magnet.name).toBe(name)
      expect(parsed.magnet.trackers).toEqual(trackers)
      expect(writeShareLink(PAGE, parsed)).toBe(link)
    }),
  )
})

// A change of these breaks links that people have kept: it needs a new version.
const V1 = Uint8Array.from({ length: 20 }, (_, at) => at + 1)
const V2 = Uint8Array.from({ length: 32 }, (_, at) => at + 32)
const EVERYTHING: ShareLink = {
  magnet: {
    infoHashes: { v1: V1, v2: V2 },
    name: 'Häfen.mp4',
    trackers: ['wss://t.example/announce', 'udp://t.example:6969', 'wss:t.example'],
    webSeeds: ['https://w.example/x'],
    peers: [
      { host: nodeAddress(), port: 0 },
      { host: nodeAddress({ ip: '2001:db8::7', port: 6883 }), port: 0 },
      { host: '192.0.2.7', port: 6881 },
      { host: '2001:db8::7', port: 1 },
      { host: 'peer.example', port: 443 },
      { host: '/BMsAcQeR', port: 0 },
      { host: '/ip4/203.0.113.7/udp/6882', port: 0 },
    ],
  },
  lengthBytes: 2 ** 40,
  seal: { by: 'key', key: new Uint8Array(32).fill(3) },
  room: new Uint8Array(32).fill(4),
}

const LISTS = { trackers: [], webSeeds: [], sources: [], peers: [] }

// biome-ignore format: links are long
test.each<[string, string, ShareLink]>([
  ['#s2FQEBAgMEBQYHCAkKCwwNDg8QERITFI3Ry4o', '#s1ABxkMToxMjA6AQIDBAUGBwgJCgsMDQ4PEBESExRlYAXOlQ', { magnet: { infoHashes: { v1: V1 } } }],
  ['#s2IoICICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj_vze3t', '#s1AEhkMToyMzI6ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8xOm4xMDpzZWFsZWQuYWdlMTpzMTA6cGFzc3BocmFzZWW74mFl', { magnet: { infoHashes: { v2: V2 }, name: 'sealed.age' }, seal: { by: 'passphrase' } }],
  ['#s2JY4DICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj-sAgCD971c', '#s1AD5kMToyMzI6ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8xOmxpMzAwZTE6czk6cmVjaXBpZW50ZaSI05g', { magnet: { infoHashes: { v2: V2 } }, seal: { by: 'recipient' }, lengthBytes: 300 }],
  ['#s26gL_BQECAwQFBgcICQoLDA0ODxAREhMUICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj-AgICAgCAKSMOkZmVuLm1wNAMJCXQuZXhhbXBsZQUOdC5leGFtcGxlOjY5NjkADXdzczp0LmV4YW1wbGUBAwt3LmV4YW1wbGUveAcDywBxBxriAWZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3cEIAENuAAAAAAAAAAAAAAABxrjAADAAAIHGuEBIAENuAAAAAAAAAAAAAAABwABAgxwZWVyLmV4YW1wbGUBuwUGBMsAcQeRBhkvaXA0LzIwMy4wLjExMy43L3VkcC82ODgyAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBCK3tL8', '#s1Ap5kMToxMjA6AQIDBAUGBwgJCgsMDQ4PEBESExQxOjIzMjogISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-PzE6azMyOgMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDMTpsaTEwOTk1MTE2Mjc3NzZlMTpuMTA6SMOkZmVuLm1wNDE6cGxsMTIwOi9CTXNBY1FlUkFocmltQUxTQXlJU0lHWm1abVptWm1abVptWm1abVptWm1abVptWm1abVptWm1abVptWm1abVptcFFNbUFDUUlBUklnZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzY2kwZWVsMTM2Oi9LU0FCRGJnQUFBQUFBQUFBQUFBQUFBZVJBaHJqbUFMU0F5SVNJR1ptWm1abVptWm1abVptWm1abVptWm1abVptWm1abVptWm1abVptWm1abXBRTW1BQ1FJQVJJZ2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2QzZDNkM2NpMGVlbDk6MTkyLjAuMi43aTY4ODFlZWwxMToyMDAxOmRiODo6N2kxZWVsMTI6cGVlci5leGFtcGxlaTQ0M2VlbDk6L0JNc0FjUWVSaTBlZWwyNTovaXA0LzIwMy4wLjExMy43L3VkcC82ODgyaTBlZWUxOnIzMjoEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBDE6czM6a2V5MTp0bDI0OndzczovL3QuZXhhbXBsZS9hbm5vdW5jZTIwOnVkcDovL3QuZXhhbXBsZTo2OTY5MTM6d3NzOnQuZXhhbXBsZWUxOndsMTk6aHR0cHM6Ly93LmV4YW1wbGUveGVlyGd_wg', EVERYTHING],
])('fixed links of both versions: %#', (link, first, share) => {
  expect(writeShareLink('', share)).toBe(link)
  const whole = { ...share, magnet: { ...LISTS, ...share.magnet } }
  expect(parseShareLink(link)).toEqual(whole)
  expect(parseShareLink(first)).toEqual(whole)
  expect(parseLatestLink(link)).toEqual(whole)
  expect(parseLatestLink(first)).toBeNull()
})

test('what is not a link of this or an earlier version', () => {
  expect(() => parseLatestLink('#s9AAAA')).toThrow('newer version')
  expect(() => parseLatestLink('#holiday')).toThrow('not a share link')
})

test('a link without an address gets that of a page; other text stays as it is', () => {
  const link = writeShareLink('', { magnet: { infoHashes: { v1: V1 } } })
  expect(linkAt(link, PAGE)).toBe(`${PAGE}${link}`)
  expect(linkAt(`${PAGE}${link}`, 'https://other.example/')).toBe(`${PAGE}${link}`)
  expect(linkAt('#s1cut', PAGE)).toBe(`${PAGE}#s1cut`)
})

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A link of version 1 with any payload. */
function framed1(payload: Uint8Array): string {
  const bytes = Uint8Array.from([payload.length >> 8, payload.length & 255, ...payload])
  return framed('s1', bytes, createHash('sha256').update(bytes).digest().subarray(0, 4))
}

/** The same of version 2. */
function framed2(payload: Uint8Array): string {
  const { length } = payload
  const bytes = [...(length > 127 ? [(length & 127) | 128, length >> 7] : [length]), ...payload]
  return framed('s2', bytes, check2(bytes))
}

function check2(bytes: readonly number[]): Uint8Array {
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(Buffer.from(bytes)))
  return check
}

function framed(version: string, bytes: Iterable<number>, check: Uint8Array): string {
  return `#${version}${base64urlnopad.encode(Uint8Array.from([...bytes, ...check]))}`
}

test('base64url round-trips and matches Buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      expect(base64urlnopad.encode(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(base64urlnopad.decode(base64urlnopad.encode(bytes))).toEqual(bytes)
    }),
  )
})
