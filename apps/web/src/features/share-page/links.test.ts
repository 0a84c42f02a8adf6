import { formatShareLink } from '@shoal/links'
import { expect, test } from 'vitest'
import type { TorrentSnapshot } from '../../shared/engine/protocol.ts'
import { parseFragment, shareLink } from './links.ts'

const MAGNET = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=a%20b&tr=wss%3A%2F%2Ft.example%2F`
const LINK = formatShareLink('', { magnet: { infoHashes: { v1: new Uint8Array(20) } }, lengthBytes: 5 })

test.each(['', '#', '#/'])('"%s" is the page itself', fragment => {
  expect(parseFragment(fragment)).toEqual({ kind: 'home' })
})

test('a share link, and a magnet link escaped or not, is a share', () => {
  expect(parseFragment(LINK)).toMatchObject({ kind: 'share', link: { lengthBytes: 5 } })
  for (const text of [MAGNET, encodeURIComponent(MAGNET)])
    expect(parseFragment(`#${text}`)).toMatchObject({
      kind: 'share',
      link: { magnet: { name: 'a b', trackers: ['wss://t.example/'] } },
    })
})

test.each([
  ['cut-short', LINK.slice(0, -6)],
  ['altered', `${LINK.slice(0, 8)}${LINK[8] === 'A' ? 'B' : 'A'}${LINK.slice(9)}`],
  ['too-new', LINK.replace('#s1', '#s9')],
  ['not-a-link', '#holiday'],
  ['altered', '#magnet:?dn=nothing'],
])('a link that is %s says so', (code, fragment) => {
  expect(parseFragment(fragment)).toMatchObject({ kind: 'wrong', code })
})

test('a link that the page makes names the nodes of its configuration', () => {
  const torrent = { magnet: MAGNET, lengthBytes: 5 } as TorrentSnapshot
  const config = { trackers: [], iceServers: [], nodes: ['/BMsAcQeR'] }
  const link = shareLink(torrent, { page: 'https://h.example/', config })
  expect(link).toMatch(/^https:\/\/h\.example\/#s1/)
  expect(parseFragment(new URL(link).hash)).toMatchObject({
    link: { magnet: { peers: [{ host: '/BMsAcQeR', port: 0 }] } },
  })
})
