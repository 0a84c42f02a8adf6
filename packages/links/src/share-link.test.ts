import { createHash } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinkError } from './link-error.ts'
import { roomSecretOf } from './room-secret.ts'
import { formatShareLink, isShareLink, parseShareLink, type ShareLink } from './share-link.ts'

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
  const link = formatShareLink(PAGE, SHARE)
  expect(link).toMatch(/^https:\/\/example\.org\/#s1[A-Za-z0-9_-]+$/)
  expect(parseShareLink(link)).toEqual({ ...SHARE, magnet: { ...SHARE.magnet, sources: [] } })
  expect(isShareLink(link)).toBe(true)
})

test.each([{ by: 'passphrase' }, { by: 'recipient' }] as const)(
  'a link of a share sealed by $by parses back',
  seal => {
    const magnet = { infoHashes: { v2: new Uint8Array(32).fill(2) } }
    expect(parseShareLink(formatShareLink(PAGE, { magnet, seal })).seal).toEqual(seal)
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
  expect(errorCode(formatShareLink(PAGE, short))).toBe('altered')
})

test('a magnet link after # is accepted', () => {
  const hash = 'ab'.repeat(20)
  expect(parseShareLink(`${PAGE}#magnet:?xt=urn:btih:${hash}&dn=x`).magnet.name).toBe('x')
  expect(errorCode(`${PAGE}#magnet:?dn=x`)).toBe('altered')
})

test('a truncated link is reported as cut short', () => {
  const link = formatShareLink(PAGE, SHARE)
  for (let end = link.indexOf('#') + 3; end < link.length; end++)
    expect(errorCode(link.slice(0, end)), `cut at ${end}`).toBe('cut-short')
})

test('a link with a wrong character is reported as altered or cut short', () => {
  const link = formatShareLink(PAGE, SHARE)
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
  expect(errorCode(`${link.slice(0, begin)}9${link.slice(begin + 1)}`)).toBe('cut-short')
})

test.each([
  ['https://example.org/', 'not-a-link'],
  ['https://example.org/#', 'not-a-link'],
  ['https://example.org/#settings', 'not-a-link'],
  ['https://example.org/#s9AAAA', 'too-new'],
  [`#s1${'A'.repeat(100_000)}`, 'altered'],
])('%s is rejected as %s', (text, code) => {
  expect(errorCode(text)).toBe(code)
})

test('any text after # parses or throws a LinkError', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.uint8Array().map(bytes => base64urlnopad.encode(bytes)),
    // With a valid length and checksum, so that the content is parsed.
    fc.oneof(fc.uint8Array(), fc.constantFrom('de', 'd1:15:aaaaae', 'd1:2i5ee', 'i5e').map(utf8)).map(framed),
  )
  fc.assert(
    fc.property(anything, text => {
      expect([undefined, 'altered', 'cut-short', 'not-a-link', 'too-new']).toContain(errorCode(`#s1${text}`))
    }),
  )
})

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function framed(payload: Uint8Array): string {
  const bytes = [payload.length >> 8, payload.length & 255, ...payload]
  const check = createHash('sha256').update(Uint8Array.from(bytes)).digest().subarray(0, 4)
  return base64urlnopad.encode(Uint8Array.from([...bytes, ...check]))
}

test('base64url round-trips and matches Buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      expect(base64urlnopad.encode(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(base64urlnopad.decode(base64urlnopad.encode(bytes))).toEqual(bytes)
    }),
  )
})
