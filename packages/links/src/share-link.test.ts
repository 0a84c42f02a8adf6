import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64url, fromBase64url } from './base64url.ts'
import { LinkError } from './link-error.ts'
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
    ],
  },
  lengthBytes: 2 ** 40,
  seal: { by: 'key', key: new Uint8Array(32).fill(3) },
}

function codeOf(text: string): string | undefined {
  try {
    parseShareLink(text)
    return undefined
  } catch (error) {
    return error instanceof LinkError ? error.code : String(error)
  }
}

test('a link says again what it was made of', () => {
  const link = formatShareLink(PAGE, SHARE)
  expect(link).toMatch(/^https:\/\/example\.org\/#s1[A-Za-z0-9_-]+$/)
  expect(parseShareLink(link)).toEqual({ ...SHARE, magnet: { ...SHARE.magnet, sources: [] } })
  expect(isShareLink(link)).toBe(true)
})

test.each([{ by: 'passphrase' }, { by: 'recipient' }] as const)('sealed by $by', seal => {
  const magnet = { infoHashes: { v2: new Uint8Array(32).fill(2) } }
  expect(parseShareLink(formatShareLink(PAGE, { magnet, seal })).seal).toEqual(seal)
})

test('a magnet link after # is a share link too', () => {
  const hash = 'ab'.repeat(20)
  expect(parseShareLink(`${PAGE}#magnet:?xt=urn:btih:${hash}&dn=x`).magnet.name).toBe('x')
  expect(codeOf(`${PAGE}#magnet:?dn=x`)).toBe('altered')
})

test('a link without its end is cut short, wherever it was cut', () => {
  const link = formatShareLink(PAGE, SHARE)
  for (let end = link.indexOf('#') + 3; end < link.length; end++)
    expect(codeOf(link.slice(0, end)), `cut at ${end}`).toBe('cut-short')
})

test('a link with a wrong character is altered, or no link', () => {
  const link = formatShareLink(PAGE, SHARE)
  const begin = link.indexOf('#') + 3
  fc.assert(
    fc.property(
      fc.integer({ min: begin, max: link.length - 2 }),
      fc.constantFrom(...'Aaz09-_!%'),
      (at, character) => {
        fc.pre(link[at] !== character)
        // In the length's place, a longer share is claimed than there is.
        expect(['altered', 'cut-short']).toContain(codeOf(link.slice(0, at) + character + link.slice(at + 1)))
      },
    ),
  )
  expect(codeOf(`${link}AAAA`)).toBe('altered')
  // A digit at the beginning is not part of the version.
  expect(codeOf(`${link.slice(0, begin)}9${link.slice(begin + 1)}`)).toBe('cut-short')
})

test.each([
  ['https://example.org/', 'not-a-link'],
  ['https://example.org/#', 'not-a-link'],
  ['https://example.org/#settings', 'not-a-link'],
  ['https://example.org/#s9AAAA', 'too-new'],
  [`#s1${'A'.repeat(100_000)}`, 'altered'],
])('%s is refused as %s', (text, code) => {
  expect(codeOf(text)).toBe(code)
})

test('anything after # gives a share or a LinkError', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.uint8Array().map(base64url),
    // With the right length and checksum, so that what is inside is read.
    fc.oneof(fc.uint8Array(), fc.constantFrom('de', 'd1:15:aaaaae', 'd1:2i5ee', 'i5e').map(utf8)).map(framed),
  )
  fc.assert(
    fc.property(anything, text => {
      expect([undefined, 'altered', 'cut-short', 'not-a-link', 'too-new']).toContain(codeOf(`#s1${text}`))
    }),
  )
})

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function framed(payload: Uint8Array): string {
  const bytes = [payload.length >> 8, payload.length & 255, ...payload]
  const check = createHash('sha256').update(Uint8Array.from(bytes)).digest().subarray(0, 4)
  return base64url(Uint8Array.from([...bytes, ...check]))
}

test('base64url is read back, and is what Buffer writes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64url(base64url(bytes))).toEqual(bytes)
    }),
  )
})
