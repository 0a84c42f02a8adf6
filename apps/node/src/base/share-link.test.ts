import { parseShareLink } from '@shoal/links'
import type { TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { createLink, createShareLink, sharePage } from './share-link.ts'

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
  expect(createShareLink(torrent(), network)).toMatch(/^#s1/)
  const link = createShareLink(torrent(), { ...network, publicUrl: 'https://node.example/' })
  expect(link).toMatch(/^https:\/\/node\.example\/share\/#s1/)
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

test('trackers that browsers can use come first, and the others as space permits', () => {
  const many = Array.from({ length: 200 }, (_, at) => `udp://tracker${at}.example:6969/announce`)
  const { magnet } = torrent({ trackers: [...many, 'wss://tracker.example/'] })
  const link = createLink(magnet, 'https://node.example/share/', {})
  expect(link.length).toBeLessThan(2000)
  expect(parseShareLink(link).magnet.trackers![0]).toBe('wss://tracker.example/')
})
