import { formatShareLink, parseShareLink } from '@shoal/links'
import { expect, test } from 'vitest'
import type { TorrentSnapshot } from '../../shared/engine/protocol.ts'
import { parseFragment, shareLink } from './links.ts'

const PAGE = 'https://h.example/'
const MAGNET = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=a%20b&tr=wss%3A%2F%2Ft.example%2F`
const LINK = formatShareLink('', { magnet: { infoHashes: { v1: new Uint8Array(20) } }, lengthBytes: 5 })

test.each(['', '#', '#/'])('"%s" is the page itself', fragment => {
  expect(parseFragment(fragment, PAGE)).toEqual({ kind: 'home' })
})

test('a share link, and a magnet link escaped or not, is a share', () => {
  expect(parseFragment(LINK, PAGE)).toMatchObject({ kind: 'share', link: { lengthBytes: 5 } })
  for (const text of [MAGNET, encodeURIComponent(MAGNET)])
    expect(parseFragment(`#${text}`, PAGE)).toMatchObject({
      kind: 'share',
      link: { magnet: { name: 'a b', trackers: ['wss://t.example/'] } },
    })
})

test('a link of an earlier version is left to the part of the page that reads those', () => {
  expect(parseFragment('#s1ABxkMToxMjA6AQIDBAUGBwgJCgsMDQ4PEBESExRlYAXOlQ', PAGE)).toEqual({ kind: 'older' })
})

test.each([
  ['cut-short', LINK.slice(0, -6)],
  ['altered', `${LINK.slice(0, 8)}${LINK[8] === 'A' ? 'B' : 'A'}${LINK.slice(9)}`],
  ['too-new', LINK.replace('#s2', '#s9')],
  ['not-a-link', '#holiday'],
  ['altered', '#magnet:?dn=nothing'],
])('a link that is %s says so', (code, fragment) => {
  expect(parseFragment(fragment, PAGE)).toMatchObject({ kind: 'wrong', code })
})

test('a link that the page makes names the nodes of its configuration', () => {
  const torrent = { magnet: MAGNET, lengthBytes: 5 } as TorrentSnapshot
  const config = { trackers: [], iceServers: [], nodes: ['/BMsAcQeR'], isNode: false }
  const link = shareLink(torrent, { page: PAGE, config })
  expect(link).toMatch(/^https:\/\/h\.example\/#s2/)
  expect(parseFragment(new URL(link).hash, PAGE)).toMatchObject({
    link: { magnet: { peers: [{ host: '/BMsAcQeR', port: 0 }] } },
  })
})

test('a link leads the browser to no address of a smaller network than that of the page', () => {
  const nearby = ['ws://127.0.0.1:8420/announce', 'ws://192.168.1.5:8420/announce', 'wss://t.example/']
  const text = `#${MAGNET}${nearby.map(url => `&tr=${encodeURIComponent(url)}`).join('')}&x.pe=10.0.0.1:6881`
  const opened = (page: string) => {
    const share = parseFragment(text, page)
    if (share.kind !== 'share') throw new Error(share.kind)
    expect(share.magnet.includes('127.0.0.1')).toBe(share.link.magnet.trackers!.includes(nearby[0]!))
    return [share.link.magnet.trackers, share.link.magnet.peers!.length]
  }
  expect(opened(PAGE)).toEqual([['wss://t.example/'], 0])
  expect(opened('http://192.168.1.5:8420/share/')).toEqual([['wss://t.example/', nearby[1]], 1])
  expect(opened('http://127.0.0.1:8420/share/')).toEqual([['wss://t.example/', nearby[0], nearby[1]], 1])
})

test('a private torrent keeps its trackers', () => {
  const magnet = `${MAGNET}&tr=${encodeURIComponent('http://private.example/announce')}`
  const config = { trackers: [], iceServers: [], nodes: [], isNode: false }
  const trackersOf = (isPrivate: boolean) => {
    const torrent = { magnet, lengthBytes: 5, isPrivate } as TorrentSnapshot
    return parseShareLink(shareLink(torrent, { page: PAGE, config })).magnet.trackers
  }
  expect(trackersOf(true)).toEqual(['wss://t.example/', 'http://private.example/announce'])
  expect(trackersOf(false)).toEqual(['wss://t.example/'])
})
