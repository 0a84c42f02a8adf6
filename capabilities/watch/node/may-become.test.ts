import { gzipSync } from 'node:zlib'
import { torrentFile } from '@shoal/node/node/testing/torrent-file.ts'
import { expect, test } from 'vitest'
import { mayBecomeMagnet, mayBecomeTorrent } from './may-become.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

test('every beginning of a .torrent may become one, also with space reserved for the rest', async () => {
  const whole = (await torrentFile('one')).bytes
  for (let length = 0; length < whole.length; length++) {
    const begun = whole.subarray(0, length)
    expect(await mayBecomeTorrent(begun, 1e6), `${length} bytes`).toBe(true)
    expect(await mayBecomeTorrent(Buffer.concat([begun, Buffer.alloc(whole.length - length)]), 1e6)).toBe(
      true,
    )
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
  ['more values than a .torrent may have', `d${'0:'.repeat(3_100_000)}`],
])('%s cannot', async (_, text) => {
  expect(await mayBecomeTorrent(bytes(text), 3e7)).toBe(false)
  expect(await mayBecomeTorrent(gzipSync(text), 3e7)).toBe(false)
})

test('so may every beginning of a compressed one', async () => {
  const whole = gzipSync((await torrentFile('one')).bytes)
  for (let length = 1; length < whole.length; length++)
    expect(await mayBecomeTorrent(whole.subarray(0, length), 1e6), `${length} bytes`).toBe(true)
  expect(await mayBecomeTorrent(gzipSync(Buffer.alloc(2_000_000, 'd')), 1e6)).toBe(false)
  expect(await mayBecomeTorrent(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff]), 1e6)).toBe(
    false,
  )
})

test('a magnet link may be longer until its line ends', () => {
  const begun = [
    '',
    '\ufeff',
    '\n',
    '\0\0',
    'mag',
    'magnet:?xt=urn:btih:abc',
    'web+m',
    ' Magnet:?x',
    '\nmagnet:?xt=u',
  ]
  for (const text of begun) expect(mayBecomeMagnet(text), text).toBe(true)
  for (const text of ['https://', 'magnet:?xt=urn:btih:abc\n', 'a\nb'])
    expect(mayBecomeMagnet(text), text).toBe(false)
})
