import { DEFAULT_SETTINGS, type Peer, type Tracker } from '@shoal/api'
import { availablePart, distributedCopies } from '@shoal/node/node/server/compat/pieces.ts'
import { sampleDetail } from '@shoal/node/node/server/compat/testing/sample.ts'
import { expect, test } from 'vitest'
import { peerAddress, peerView, trackerRows } from './torrent-parts.ts'

const PEER: Peer = {
  address: '192.0.2.7:51234',
  kind: 'tcp',
  client: 'qBittorrent 4.5.2',
  country: 'DE',
  incoming: true,
  encrypted: false,
  holePunched: false,
  networkKey: null,
  person: null,
  hasFastLane: false,
  progress: 1,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  downloadedBytes: 0,
  uploadedBytes: 0,
  amChoking: true,
  amInterested: true,
  peerChoking: false,
  peerInterested: false,
  snubbed: false,
  origin: 'pex',
  listenAddress: '192.0.2.7:6881',
  peerId: '-qB4520-',
  relevance: 0.5,
  piece: 3,
}

test('a peer shows where it listens, its program, its country and the files that it sends', () => {
  expect(peerAddress(PEER)).toBe('192.0.2.7:6881')
  expect(peerView(PEER, piece => [`file of ${piece}`, 'next'])).toMatchObject({
    country: 'Germany',
    country_code: 'de',
    files: 'file of 3\nnext',
    flags: 'D I X',
    peer_id_client: '-qB4520-',
    port: 6881,
    relevance: 0.5,
  })
  const stranger = { ...PEER, country: '', listenAddress: null, piece: null }
  expect(peerView(stranger, () => [])).toMatchObject({ country: '', files: '', port: 51_234 })
})

const TRACKER: Tracker = {
  url: 'udp://127.0.0.1:9',
  kind: 'tracker',
  tier: 0,
  state: 'working',
  message: null,
  peers: 0,
  seeds: null,
  leeches: null,
  downloads: null,
  nextAnnounceSeconds: null,
}

test.each([
  [{}, { status: 3, num_peers: -1 }],
  [{ message: 'the tracker does not answer' }, { status: 4, num_peers: -1 }],
  [
    { state: 'failed', message: 'refused' },
    { status: 4, num_peers: -1 },
  ],
  [
    { state: 'ok', seeds: 0, leeches: 0 },
    { status: 2, num_peers: 0 },
  ],
  [
    { state: 'working', message: 'slow', seeds: 3, peers: 4 },
    { status: 3, num_peers: 4 },
  ],
] as const)('a tracker with %o is shown as %o', (change, expected) => {
  const rows = trackerRows(
    sampleDetail(),
    [{ ...TRACKER, ...change } as Tracker],
    DEFAULT_SETTINGS.network,
    [],
  )
  expect(rows[3]).toMatchObject(expected)
})

test('DHT, PeX and LSD count the peers that they found', () => {
  const peers = [PEER, { ...PEER, progress: 0.2 }, { ...PEER, origin: 'dht' }]
  const rows = trackerRows(sampleDetail(), [], DEFAULT_SETTINGS.network, peers)
  expect(rows.map(({ num_seeds: seeds, num_leeches: leeches }) => [seeds, leeches])).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
  ])
})

test('availability counts our own pieces for the torrent, and those of peers for a file', () => {
  const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')
  // The first piece is ours; peers have the second twice, and not the third and fourth.
  const map = { count: 4, pieceLengthBytes: 1, have: base64(0x80), availability: base64(0, 2, 0, 1) }
  expect(distributedCopies(map)).toBe(0.75)
  expect(distributedCopies({ ...map, availability: base64(1, 2, 1, 1) })).toBe(1.5)
  expect(availablePart(map, [0, 1])).toBe(0.5)
  expect(availablePart(map, [1, 1])).toBe(1)
})
