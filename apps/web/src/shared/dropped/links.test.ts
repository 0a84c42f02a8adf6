import { parseShareLink, writeShareLink } from '@shoal/links'
import { expect, test } from 'vitest'
import { absoluteLink, linksIn, sourcesIn } from './links.ts'

const HASH = 'dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c'

test('links, hashes and content IDs are found, one a line, each once', () => {
  const cid = `bafybei${'a'.repeat(52)}`
  const share = `#s1${'A'.repeat(80)}`
  const text = `${share}\nmagnet:?xt=urn:btih:${HASH}&dn=a\n  ${HASH} \n${cid}\nhttps://example.org/a.torrent\nftp://example.org/b\n${HASH}`
  expect(linksIn(text)).toEqual([
    share,
    `magnet:?xt=urn:btih:${HASH}&dn=a`,
    HASH,
    cid,
    'https://example.org/a.torrent',
    'ftp://example.org/b',
  ])
})

test('ordinary text that is pasted anywhere is not a link', () => {
  expect(linksIn('see https://example.org for more')).toEqual([])
  expect(linksIn('magnet:?dn=no-hash\njavascript:alert(1)\n')).toEqual([])
})

test('what was typed into the field is handed on as it is', () => {
  expect(sourcesIn(' /srv/a.torrent \n\nwhat?\n')).toEqual(['/srv/a.torrent', 'what?'])
})

test('a link without a page goes to the node’s own, where the console was opened', () => {
  expect(absoluteLink('#s1AA', 'http://192.0.2.7:8420')).toBe('http://192.0.2.7:8420/share/#s1AA')
  const trackers = ['ws://127.0.0.1:8420/announce', 'ws://192.0.2.7:8420/announce', 'wss://t.example']
  const link = writeShareLink('', { magnet: { infoHashes: { v1: new Uint8Array(20) }, trackers } })
  const found = (origin: string) => parseShareLink(absoluteLink(link, origin)).magnet.trackers
  // Not those that nobody there reaches, nor the page's own.
  expect(found('http://192.0.2.7:8420')).toEqual(trackers.slice(2))
  expect(found('http://127.0.0.1:8420')).toEqual(trackers.slice(1))
  const whole = 'https://node.example/share/#s1AA'
  expect(absoluteLink(whole, 'http://127.0.0.1:8420')).toBe(whole)
})
