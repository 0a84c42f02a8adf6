import { expect, test } from 'vitest'
import { testTorrent } from '../../swarm/testing/test-torrent.ts'
import { SessionWorld } from '../testing/world.ts'

test('shows which pieces are present, and how many sources have each', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ lengths: [5 * 32_768, 5 * 32_768] })
  await world.seed('80.0.0.1', content)
  const part = await world.open('80.0.0.2')
  const half = await part.add(content.metainfo, { memory: true, select: [0], peers: ['80.0.0.1:6881'] })
  await world.until('the first file has arrived', () => half.stats.state === 'seeding')
  const session = await world.open('80.0.0.3', { limits: { downloadBytesPerSecond: 0 } })
  const torrent = await session.add(content.metainfo, { memory: true })
  expect(torrent.pieces()).toEqual({
    count: 10,
    pieceLengthBytes: 32_768,
    have: new Uint8Array(2),
    availability: new Uint8Array(10),
  })
  for (const peer of ['80.0.0.1:6881', '80.0.0.2:6881']) torrent.addPeer(peer)
  await world.until('both have told', () => torrent.pieces().availability[0] === 2)
  expect([...torrent.pieces().availability]).toEqual([2, 2, 2, 2, 2, 1, 1, 1, 1, 1])
  // Bits from the left, as in messages between peers.
  expect([...half.pieces().have]).toEqual([0b1111_1000, 0])
  half.pieces().have.fill(0)
  expect([...half.pieces().have]).toEqual([0b1111_1000, 0])
})

test('a torrent without metadata has no pieces', async () => {
  await using world = new SessionWorld()
  const session = await world.open('80.0.0.1')
  const torrent = await session.add('a'.repeat(40), { memory: true })
  expect(torrent.pieces()).toMatchObject({
    count: 0,
    have: new Uint8Array(0),
    availability: new Uint8Array(0),
  })
})
