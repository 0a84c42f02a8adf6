import fc from 'fast-check'
import { expect, test } from 'vitest'
import { torrentLink } from './link-header.ts'

const BASE = new URL('https://files.example/pub/a.iso')
const TYPE = 'type="application/x-bittorrent"'

test.each([
  [`<https://files.example/a.torrent>; rel=describedby; ${TYPE}`, 'https://files.example/a.torrent'],
  [`<a.iso.torrent>;rel="describedby";${TYPE}`, 'https://files.example/pub/a.iso.torrent'],
  [
    `<b>; rel=duplicate, <c,d;e>; REL="x describedBy"; TYPE=application/x-bittorrent`,
    'https://files.example/pub/c,d;e',
  ],
  [
    `<b>; title="a, \\"<x>; rel=describedby"; rel=alternate, <c>; rel=describedby; ${TYPE}`,
    'https://files.example/pub/c',
  ],
  [`<https://mirror.example/t>; rel=describedby; ${TYPE}`, 'https://mirror.example/t'],
  ['<a.meta4>; rel=describedby; type="application/metalink4+xml"', null],
  [`<a.torrent>; rel=alternate; ${TYPE}`, null],
  // Plain HTTP, which others can modify, must not determine the content of a file from HTTPS.
  [`<http://files.example/a.torrent>; rel=describedby; ${TYPE}`, null],
  [`<file:///etc/passwd>; rel=describedby; ${TYPE}`, null],
  [`<a.torrent; rel=describedby; ${TYPE}`, null],
  ['', null],
  [undefined, null],
])('%s leads to %s', (header, url) => {
  expect(torrentLink(header, BASE)?.href ?? null).toBe(url)
})

test('a file over HTTP may have its torrent there', () => {
  const header = `<a.torrent>; rel=describedby; ${TYPE}`
  expect(torrentLink(header, new URL('http://files.example/a'))?.href).toBe('http://files.example/a.torrent')
})

test('any text is read', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '"', '\\', ';', ',', '=', ' ', 'rel') }),
      text => {
        expect(torrentLink(text, BASE)).toBeNull()
      },
    ),
  )
  expect(torrentLink(`${','.repeat(20_000)}<a>; rel=describedby; ${TYPE}`, BASE)).toBeNull()
})
