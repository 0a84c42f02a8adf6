import { parseShareLink } from '@shoal/links'
import type { TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { createLink, createSealedLink, createShareLink, sharePage } from './share-link.ts'

const HASH = 'ab'.repeat(20)
const network = { publicUrl: null, webrtc: true, ownTracker: true }

function torrent(more: { name?: string; private?: boolean; trackers?: string[] } = {}): TorrentApi {
  const { name = 'Harbour', trackers = [] } = more
  const tracked = trackers.map(url => `&tr=${encodeURIComponent(url)}`).join('')
  const info = { lengthBytes: 3000, private: more.private ?? false, files: [{ pad: false }] }
  return {
    name,
    trackers: [trackers],
    metainfo: { info },
    magnet: `magnet:?xt=urn:btih:${HASH}&dn=${name}${tracked}`,
  } as unknown as TorrentApi
}

test('the link points to the page at the public address, or begins with # without one', () => {
  expect(createShareLink(torrent(), network)).toMatch(/^#s2/)
  const link = createShareLink(torrent(), { ...network, publicUrl: 'https://node.example/' })
  expect(link).toMatch(/^https:\/\/node\.example\/share\/#s2/)
  expect(parseShareLink(link!)).toMatchObject({ lengthBytes: 3000, magnet: { name: 'Harbour' } })
  expect(sharePage({ publicUrl: 'http://203.0.113.7:8420' })).toBe('http://203.0.113.7:8420/share/')
})

test.each([
  ['private', torrent({ private: true }), network],
  ['sealed, because only those who received the link know the key', torrent({ name: 'sealed.age' }), network],
  ['of a node without WebRTC', torrent(), { ...network, webrtc: false }],
  ['that no page could ask a tracker for', torrent(), { ...network, ownTracker: false }],
])('there is no link to a torrent that is %s', (_what, given, settings) => {
  expect(createShareLink(given, settings)).toBeNull()
})

test('a tracker for browsers in the torrent replaces the node’s own', () => {
  const given = torrent({ trackers: ['wss://tracker.example/'] })
  expect(createShareLink(given, { ...network, ownTracker: false })).not.toBeNull()
})

test('without a tracker, pages reach the node by its libp2p addresses', () => {
  const pagePeers = ['/BMsAcQeRAhriGNID']
  const link = createShareLink(torrent(), { ...network, ownTracker: false, pagePeers })
  expect(parseShareLink(link!).magnet.peers).toEqual([{ host: pagePeers[0], port: 0 }])
  expect(parseShareLink(createShareLink(torrent(), { ...network, pagePeers })!).magnet.peers).toEqual([])
})

test('of 18 trackers, the link has those that browsers can use, in at most 300 characters', () => {
  const many = Array.from({ length: 15 }, (_, at) => `udp://tracker${at}.example:6969/announce`)
  const forPages = ['wss://a.example/', 'wss://b.example/', 'wss://node.example/announce']
  const { magnet } = torrent({ trackers: [...many, ...forPages] })
  const link = createLink(magnet, 'https://node.example/share/', {})
  expect(link.length).toBeLessThanOrEqual(300)
  expect(parseShareLink(link).magnet.trackers).toEqual(forPages.slice(0, 2))
})

test('a tracker that no receiver reaches does not count', () => {
  const given = torrent({ trackers: ['ws://127.0.0.1:8420/announce'] })
  const pagePeers = ['/BMsAcQeRAhriGNID']
  const settings = { ...network, ownTracker: false, publicUrl: 'https://node.example', pagePeers }
  const { magnet } = parseShareLink(createShareLink(given, settings)!)
  expect([magnet.trackers, magnet.peers]).toEqual([[], [{ host: pagePeers[0], port: 0 }]])
  expect(createShareLink(given, { ...settings, pagePeers: [] })).toBeNull()
})

test('a private sealed torrent keeps its trackers', () => {
  const trackers = ['udp://private.example:6969/announce']
  const given = torrent({ private: true, trackers, name: 'sealed.age' })
  const link = createSealedLink(given, { by: 'passphrase' }, 'https://node.example/share/')
  expect(parseShareLink(link)).toMatchObject({ seal: { by: 'passphrase' }, magnet: { trackers } })
})
