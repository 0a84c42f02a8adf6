import type { TorrentState } from '@shoal/torrent'
import { expect, test } from 'vitest'
import type { PeerFacts } from '../peers/peer-view.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import { SourceTotals } from '../records/source-totals.ts'
import { TorrentTopic } from './torrent-topic.ts'

/** A torrent with pieces that the test sets. */
function newTorrent() {
  const now = { state: 'downloading' as TorrentState, have: 0 }
  const torrent = {
    id: 'a'.repeat(40),
    sources: new SourceTotals(),
    get state() {
      return now.state
    },
    api: {
      files: [],
      trackers: [],
      peers: () => [],
      discovery: () => [],
      pieces: () => ({
        count: 8,
        pieceLengthBytes: 16_384,
        have: Uint8Array.of(now.have),
        availability: new Uint8Array(8),
      }),
    },
  }
  return { now, topic: new TorrentTopic(torrent as unknown as ManagedTorrent, {} as PeerFacts) }
}

const bits = (map: { have: string } | undefined) => map && Buffer.from(map.have, 'base64')[0]

test('pieces are published on every second tick, and at once when the download completes', () => {
  const { now, topic } = newTorrent()
  expect(bits(topic.tick()?.pieces)).toBe(0)
  now.have = 0b1000_0000
  expect(topic.tick()?.pieces).toBeUndefined()
  expect(bits(topic.tick()?.pieces)).toBe(0b1000_0000)
  Object.assign(now, { have: 0b1111_1111, state: 'seeding' })
  expect(bits(topic.tick()?.pieces)).toBe(0b1111_1111)
  expect(topic.tick()).toBeNull()
})
