import { expect, test } from 'vitest'
import type { TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { choosePhase, trackerTrouble } from './phase.ts'

const torrent = (of: Partial<TorrentSnapshot>) =>
  ({
    ...{ state: 'seeding', reason: null, magnet: 'magnet:?xt=1' },
    ...{ fileCount: 1, wantedBytes: 0, haveBytes: 0, peers: 1, seeds: 1 },
    ...of,
  }) as TorrentSnapshot

/** The first of two pieces has arrived. */
const detail = (haveBytes: number, availability: number[]) =>
  ({
    files: [{ haveBytes, lengthBytes: 9 }],
    have: Uint8Array.of(0b1000_0000),
    availability: Uint8Array.from(availability),
  }) as unknown as TorrentDetail

test('a share is offered for download, unless all of it was fetched by viewing it', () => {
  expect(choosePhase(torrent({}), null)).toBe('offered')
  expect(choosePhase(torrent({}), detail(9, [1, 1]))).toBe('complete')
  expect(choosePhase(torrent({ state: 'checking' }), detail(9, [1, 1]))).toBe('checking')
})

test('a share is not offered while nobody has what is missing', () => {
  const others = { peers: 2, seeds: 0 }
  expect(choosePhase(torrent({ peers: 0, seeds: 0 }), null)).toBe('absent')
  expect(choosePhase(torrent(others), detail(5, [2, 0]))).toBe('absent')
  expect(choosePhase(torrent(others), detail(5, [0, 1]))).toBe('offered')
  expect(choosePhase(torrent({ peers: 0, seeds: 0, magnet: 'magnet:?xt=1&ws=http' }), null)).toBe('offered')
})

test('what is asked for comes, waits for somebody who has it, rests, and is complete', () => {
  const asked = { wantedBytes: 9, haveBytes: 3, downloadBytesPerSecond: 0, paused: false }
  expect(choosePhase(torrent({ ...asked, peers: 1 }), null)).toBe('downloading')
  expect(choosePhase(torrent({ ...asked, peers: 0, seeds: 0 }), null)).toBe('waiting')
  const others = { ...asked, peers: 1, seeds: 0 }
  expect(choosePhase(torrent(others), detail(3, [1, 0]))).toBe('waiting')
  expect(choosePhase(torrent({ ...others, downloadBytesPerSecond: 5 }), detail(3, [1, 0]))).toBe(
    'downloading',
  )
  expect(choosePhase(torrent({ ...asked, reason: 'stalled' }), null)).toBe('waiting')
  expect(choosePhase(torrent({ ...asked, paused: true }), null)).toBe('paused')
  expect(choosePhase(torrent({ ...asked, haveBytes: 9 }), null)).toBe('complete')
})

test('without a tracker nobody is found, unless the link names peers', () => {
  const alone = { connected: [], discovery: [] } as unknown as TorrentDetail
  const link = (...peers: string[]) => ({
    magnet: { infoHashes: {}, peers: peers.map(host => ({ host, port: 0 })) },
  })
  expect(trackerTrouble(alone, link())).toBe('none')
  expect(trackerTrouble(alone, link('/BMsAcQeR'))).toBeNull()
})
