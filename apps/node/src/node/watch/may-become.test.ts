import { expect, test } from 'vitest'
import { torrentFile } from '../testing/torrent-file.ts'
import { mayBecomeMagnet, mayBecomeTorrent } from './may-become.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

test('every beginning of a .torrent may become one, also with space reserved for the rest', async () => {
  const whole = (await torrentFile('one')).bytes
  for (let length = 0; length < whole.length; length++) {
    const begun = whole.subarray(0, length)
    expect(mayBecomeTorrent(begun, 1e6), `${length} bytes`).toBe(true)
    expect(mayBecomeTorrent(Buffer.concat([begun, Buffer.alloc(whole.length - length)]), 1e6)).toBe(true)
  }
})

test.each([
  ['a page', '<html>'],
  ['text', 'hello'],
  ['a list', 'l4:spam'],
  ['a complete dictionary', 'd4:infodee'],
  ['a wrong number', 'd1:ai1x'],
  ['a string without a length', 'd:a'],
  ['a text longer than any .torrent', 'd9999999999:a'],
  ['endless digits', `d${'1'.repeat(30)}`],
])('%s cannot', (_, text) => {
  expect(mayBecomeTorrent(bytes(text), 1e6)).toBe(false)
})

test('a magnet link may be longer until its line ends', () => {
  for (const text of ['', '\ufeff', '\n', '\0\0', 'mag', 'magnet:?xt=urn:btih:abc'])
    expect(mayBecomeMagnet(text), text).toBe(true)
  for (const text of ['https://', 'magnet:?xt=urn:btih:abc\n', 'a\nb'])
    expect(mayBecomeMagnet(text), text).toBe(false)
})
