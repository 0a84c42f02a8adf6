import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const PIECES = 128

test.each(['from the start', 'later'])('the first and the last piece come first, set %s', async when => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: PIECES })
  await world.seed('80.0.0.1', content, { limits: { uploadBytesPerSecond: 500_000 } })
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory, firstLastFirst: when === 'from the start' })
  const pieces: number[] = []
  torrent.on('piece', piece => pieces.push(piece))
  if (when === 'later') torrent.setFirstLastFirst(true)
  torrent.addPeer('80.0.0.1:6881')
  await world.until('completion', () => torrent.isComplete)
  // Up to ten others may be requested while the seed chokes (BEP 6, allowed fast).
  expect(pieces.slice(0, 14)).toEqual(expect.arrayContaining([0, PIECES - 1]))
  expect(torrent.firstLastFirst).toBe(true)
})
