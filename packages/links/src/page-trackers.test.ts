import { expect, test } from 'vitest'
import { pageTrackers, withoutLocalPage } from './page-trackers.ts'

test.each([
  ['http://127.0.0.1:8420/share/#s1ab', 'http://127.0.0.1:8420/announce', 'ws://127.0.0.1:8420/announce'],
  ['https://files.example/#s1ab', 'https://files.example/announce', 'wss://files.example/announce'],
  [
    ' HTTPS://Files.Example:443/a?b=c#s1ab ',
    'https://files.example/announce',
    'wss://files.example/announce',
  ],
  ['http://me:secret@[::1]:8420/share/#s1ab', 'http://[::1]:8420/announce', 'ws://[::1]:8420/announce'],
])('the host of %s is a tracker', (link, ...trackers) => {
  expect(pageTrackers(link)).toEqual(trackers)
})

test.each(['#s1ab', 'magnet:?xt=urn:btih:ab', 'ftp://host/#s1ab', 'http://host/share', 'http://#s1ab', ''])(
  '%j names no page',
  link => {
    expect(pageTrackers(link)).toEqual([])
    expect(withoutLocalPage(link)).toBe(link)
  },
)

test.each([
  'http://127.0.0.1:8420',
  'http://localhost',
  'http://192.168.1.1',
  'http://printer',
  'http://[::1]',
])('the link of a stranger does not lead to %s', origin => {
  expect(withoutLocalPage(`${origin}/share/#s1ab`)).toBe('#s1ab')
})

test('the link of a stranger leads to public hosts', () => {
  expect(withoutLocalPage('https://files.example/share/#s1ab')).toBe('https://files.example/share/#s1ab')
})
