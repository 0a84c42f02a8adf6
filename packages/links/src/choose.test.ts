import { expect, test } from 'vitest'
import {
  hostTracker,
  type LinkOptions,
  MAX_LINK_CHARACTERS,
  usableTrackers,
  withoutNearby,
} from './choose.ts'
import type { ShareLink } from './contents.ts'
import { formatShareLink } from './latest-link.ts'
import { parseShareLink } from './share-link.ts'
import { nodeAddress } from './testing/node-address.ts'

const V1 = new Uint8Array(20).fill(1)
const V2 = new Uint8Array(32).fill(2)
const KEY = { by: 'key', key: new Uint8Array(32).fill(3) } as const
const ROOM = new Uint8Array(32).fill(4)
const PUBLIC = 'https://node.example/share/'
const LAN = 'http://192.168.178.123:8420/share/'
const LOCAL = 'http://127.0.0.1:8420/share/'

/** As in a real link: three of them work in browsers. */
const TRACKERS = [
  ...Array.from({ length: 15 }, (_, at) => `udp://tracker${at}.opentracker.example:6969/announce`),
  ...['wss://tracker.openwebtorrent.com', 'wss://tracker.webtorrent.dev', 'wss://tracker.btorrent.xyz'],
]

const peer = (host: string) => ({ host, port: 0 })

function magnetOf(page: string, magnet: Partial<ShareLink['magnet']>, options: LinkOptions = {}) {
  const link = formatShareLink(page, { magnet: { infoHashes: { v1: V1 }, ...magnet } }, options)
  return parseShareLink(link).magnet
}

test('a link has only the trackers that browsers can use', () => {
  const trackers = [...TRACKERS, 'http://t.example/announce', 'ws://t.example/announce']
  expect(magnetOf('http://node.example/share/', { trackers }).trackers).toEqual([
    ...TRACKERS.slice(15),
    'ws://t.example/announce',
  ])
  // A page on HTTPS opens encrypted connections only.
  expect(magnetOf(PUBLIC, { trackers }).trackers).toEqual(TRACKERS.slice(15))
})

test.each([
  [PUBLIC, {}, ['everyone']],
  ['http://203.0.113.7/', {}, ['everyone']],
  ['', {}, ['everyone']],
  [LAN, {}, ['network', 'everyone']],
  [LOCAL, {}, ['machine', 'network', 'everyone']],
  ['', { audience: 'network' }, ['network', 'everyone']],
  ['', { audience: 'machine' }, ['machine', 'network', 'everyone']],
] as const)('a link to %o %o has what its audience reaches', (page, options, reached) => {
  const hosts = { machine: '127.0.0.1', network: '192.168.1.9', everyone: '203.0.113.9' }
  const each = (url: (host: string) => string) => Object.values(hosts).map(url)
  const left = reached.map(audience => hosts[audience])
  const trackers = each(host => `wss://${host}/announce`)
  expect(magnetOf(page, { trackers }, options).trackers).toEqual(left.map(host => `wss://${host}/announce`))
  const webSeeds = each(host => `https://${host}/f`)
  expect(magnetOf(page, { webSeeds }, options).webSeeds).toEqual(left.map(host => `https://${host}/f`))
  const nodes = each(ip => nodeAddress({ ip })).map(peer)
  expect(magnetOf(page, { peers: nodes }, options).peers).toEqual(left.map(ip => peer(nodeAddress({ ip }))))
  const peers = each(host => host).map(host => ({ host, port: 6881 }))
  expect(magnetOf(page, { peers }, options).peers).toEqual(left.map(host => ({ host, port: 6881 })))
})

test('the tracker of the page itself is not in the link', () => {
  const trackers = ['wss://node.example/announce', 'wss://other.example/announce']
  expect(magnetOf(PUBLIC, { trackers }).trackers).toEqual(['wss://other.example/announce'])
  expect(magnetOf('', { trackers }).trackers).toEqual(trackers)
  expect(hostTracker(`${LAN}#s2AA`)).toBe('ws://192.168.178.123:8420/announce')
  expect(hostTracker('https://node.example')).toBe('wss://node.example/announce')
  expect([hostTracker('#s2AA'), hostTracker('magnet:?xt=urn:btih:00'), hostTracker('http://')]).toEqual([
    null,
    null,
    null,
  ])
})

test('a private torrent keeps all its trackers, even if the link becomes longer', () => {
  const trackers = [...TRACKERS, 'http://192.168.1.9/announce', 'ws://192.168.178.123:8420/announce']
  const share = { magnet: { infoHashes: { v1: V1 }, trackers }, isPrivate: true }
  const link = formatShareLink(LAN, share)
  expect(link.length).toBeGreaterThan(MAX_LINK_CHARACTERS)
  expect(parseShareLink(link)).toMatchObject(share)
  // A link that is passed on keeps them, too.
  expect(formatShareLink(PUBLIC, parseShareLink(link)).split('#')[1]).toBe(link.split('#')[1])
})

/** The names of a node with an internet address and a local one. */
const NODE = [nodeAddress({ hashes: 2 }), nodeAddress({ ip: '192.168.178.123', hashes: 2 })].map(peer)
const LONG_NAME = `${'A rather long name of a film about harbours in the morning '.repeat(4)}.mp4`
const EVERYTHING = {
  trackers: TRACKERS,
  webSeeds: ['https://files.example.org/harbour.mp4'],
  peers: NODE,
  name: LONG_NAME,
}

test.each<[string, string, ShareLink]>([
  [
    'a hybrid torrent with all',
    PUBLIC,
    { magnet: { infoHashes: { v1: V1, v2: V2 }, ...EVERYTHING }, lengthBytes: 2 ** 40 },
  ],
  [
    'the same in a network',
    LAN,
    { magnet: { infoHashes: { v1: V1, v2: V2 }, ...EVERYTHING }, lengthBytes: 2 ** 40 },
  ],
  [
    'the same without an address',
    '',
    { magnet: { infoHashes: { v1: V1, v2: V2 }, ...EVERYTHING }, lengthBytes: 2 ** 40 },
  ],
  [
    'sealed with a key',
    LAN,
    {
      magnet: { infoHashes: { v1: V1, v2: V2 }, ...EVERYTHING, name: 'sealed.age' },
      seal: KEY,
      lengthBytes: 2 ** 40,
    },
  ],
  [
    'sealed with a key, and the secret of its room',
    LAN,
    {
      magnet: { infoHashes: { v2: V2 }, ...EVERYTHING, name: 'sealed.age' },
      seal: KEY,
      room: ROOM,
      lengthBytes: 2 ** 40,
    },
  ],
])('a link of %s has at most 300 characters, and names a node', (_what, page, share) => {
  const link = formatShareLink(page, share)
  expect(link.length).toBeLessThanOrEqual(MAX_LINK_CHARACTERS)
  const { magnet, ...rest } = parseShareLink(link)
  expect(rest).toEqual({ ...share, magnet: undefined })
  // The one hash that libp2p uses.
  expect(magnet.peers![0]).toEqual(peer(nodeAddress()))
  expect(magnet.name!.length).toBeGreaterThanOrEqual(10)
})

test('what matters most comes first: nodes, a tracker, the name, other trackers, web seeds', () => {
  const { name, trackers, webSeeds, peers } = magnetOf(LAN, { ...EVERYTHING, peers: NODE.slice(0, 1) })
  expect(peers).toEqual([peer(nodeAddress({ hashes: 2 }))])
  expect(trackers).toEqual([TRACKERS[15]])
  expect(name).toMatch(/^A rather long name.*…\.mp4$/)
  expect(webSeeds).toEqual([])
  const without = magnetOf(LAN, { ...EVERYTHING, peers: [] })
  expect(without.trackers).toEqual(TRACKERS.slice(15))
  expect(Buffer.byteLength(without.name!)).toBe(79)
  const alone = magnetOf(LAN, { name: LONG_NAME.slice(0, 100) })
  expect(alone.name).toBe(LONG_NAME.slice(0, 100))
})

test('a node is never left out, even where a link then exceeds the limit by a few characters', () => {
  const magnet = { infoHashes: { v1: V1, v2: V2 }, ...EVERYTHING, name: 'sealed.age' }
  const link = formatShareLink(LAN, { magnet, seal: KEY, room: ROOM, lengthBytes: 2 ** 40 })
  expect(parseShareLink(link).magnet.peers).toEqual([peer(nodeAddress())])
  expect(link.length).toBeLessThan(MAX_LINK_CHARACTERS + 12)
})

test('the hub of a room is in the link if its receivers can reach it', () => {
  const hubOf = (page: string, roomHub: string, options = {}) =>
    parseShareLink(
      formatShareLink(page, { magnet: { infoHashes: { v1: V1 } }, room: ROOM, roomHub }, options),
    ).roomHub
  expect(hubOf(PUBLIC, 'https://hub.example')).toBe('https://hub.example')
  expect(hubOf(PUBLIC, 'http://192.168.1.2:6969')).toBeUndefined()
  expect(hubOf('https://node.example/', 'http://hub.example')).toBeUndefined()
  expect(hubOf(LAN, 'http://192.168.1.2:6969')).toBe('http://192.168.1.2:6969')
  expect(hubOf(LAN, 'http://127.0.0.1:6969')).toBeUndefined()
  expect(hubOf('', 'http://127.0.0.1:6969', { audience: 'machine' })).toBe('http://127.0.0.1:6969')
})

test('one tracker for everyone is enough, and none where all are of the machine', () => {
  const place = { page: PUBLIC, audience: 'everyone' } as const
  expect(usableTrackers(['ws://127.0.0.1:8420/announce', 'wss://t.example'], place)).toEqual([
    'wss://t.example',
  ])
  expect(usableTrackers(['ws://127.0.0.1:8420/announce', 'udp://t.example:6969'], place)).toEqual([])
})

test('what strangers wrote leads a browser to no other machine of its network', () => {
  const magnet = {
    infoHashes: { v1: V1 },
    trackers: ['ws://localhost:1/announce', 'ws://printer/announce', 'wss://t.example'],
    webSeeds: ['http://192.168.0.1/', 'https://w.example/'],
    sources: ['http://[::1]/a.torrent'],
    peers: [
      { host: '10.0.0.1', port: 1 },
      { host: 'fe80::1', port: 1 },
      peer('/dns4/router.local/tcp/443/wss'),
      // The same in binary, and an internet name.
      peer(`/${Buffer.from([54, 12, ...Buffer.from('router.local')]).toString('base64url')}`),
      peer(`/${Buffer.from([54, 9, ...Buffer.from('n.example')]).toString('base64url')}`),
    ],
    name: 'a',
  }
  const kept = withoutNearby(magnet, 'everyone')
  expect(kept).toMatchObject({
    trackers: ['wss://t.example'],
    webSeeds: ['https://w.example/'],
    sources: [],
    name: 'a',
  })
  expect(kept.peers).toEqual([magnet.peers[4]])
  expect(withoutNearby(magnet, 'network').trackers).toEqual(magnet.trackers.slice(1))
  expect(withoutNearby(magnet, 'machine')).toEqual(magnet)
})
