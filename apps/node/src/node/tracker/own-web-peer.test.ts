import { DEFAULT_SETTINGS } from '@shoal/api'
import { expect, test } from 'vitest'
import { ownWebPeer } from './own-web-peer.ts'

const HASH = 'h\xff\0abcdefghijklmnop!'
const PAGE = '-WW0000-page........'

/** A node with one torrent, which uses these trackers. */
function nodeWith(
  asked: { url: string; state: string }[],
  publicUrl: string | null = null,
  isComplete = true,
) {
  const isIts = (hash: Uint8Array) => Buffer.from(hash).toString('latin1') === HASH
  return ownWebPeer({
    settings: { current: { network: { ...DEFAULT_SETTINGS.network, publicUrl } } },
    session: {
      peerId: Buffer.from('-SH0010-node........', 'latin1'),
      find: (hash: Uint8Array) => (isIts(hash) ? { isComplete, discovery: () => asked } : undefined),
      wantsOffer: isIts,
    },
  } as unknown as Parameters<typeof ownWebPeer>[0])
}

const ANNOUNCE = 'ws://node.example:8420/announce'

test('a page is accepted as a peer of the node’s torrents', () => {
  const peer = nodeWith([])
  expect(peer.peerId).toBe('-SH0010-node........')
  expect(peer.wants(HASH, PAGE, false)).toBe(true)
  expect(peer.wants('x'.repeat(20), PAGE, false)).toBe(false)
})

test('a seeding page is accepted only while the torrent is incomplete', () => {
  expect(nodeWith([]).wants(HASH, PAGE, true)).toBe(false)
  expect(nodeWith([], null, false).wants(HASH, PAGE, true)).toBe(true)
})

test('pages that the session meets at the public address of this tracker are not met twice', () => {
  const publicUrl = 'http://node.example:8420'
  expect(nodeWith([{ url: ANNOUNCE, state: 'ok' }], publicUrl).wants(HASH, PAGE, false)).toBe(false)
  // A router may not let the node reach itself at that address.
  expect(nodeWith([{ url: ANNOUNCE, state: 'failed' }], publicUrl).wants(HASH, PAGE, false)).toBe(true)
  expect(nodeWith([{ url: 'wss://other.example/', state: 'ok' }], publicUrl).wants(HASH, PAGE, false)).toBe(
    true,
  )
})
