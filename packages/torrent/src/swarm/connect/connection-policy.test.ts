import { beforeAll, expect, it } from 'vitest'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

// The peer ID of the swarm is all ones.
it.each([
  ['ours, since our peer ID is lower', 200, true],
  ['theirs, since their peer ID is lower', 0, false],
])('of two peers that dial each other, both keep the same connection (%s)', async (_, byte, keepsOurs) => {
  for (const oursFirst of [true, false]) {
    const bench = await TestSwarm.open(torrent)
    const peerId = new Uint8Array(20).fill(byte)
    for (const outgoing of [oursFirst, !oursFirst]) await bench.connect({ ip: '80.1.1.1', peerId, outgoing })
    await bench.pass(10)
    const left = [...bench.swarm.peers.values()].map(peer => !peer.link.connection.incoming)
    expect(left).toEqual([keepsOurs])
  }
})

it('a duplicate that is about to close does not count against the limits', async () => {
  const bench = await TestSwarm.open(torrent, {
    settings: { maxPeersPerTorrent: 1 },
    context: { maxPeersPerHost: () => 1 },
  })
  const peerId = new Uint8Array(20).fill(200)
  await bench.connect({ ip: '80.1.1.1', peerId })
  const { peer } = await bench.connect({ ip: '80.1.1.1', peerId, outgoing: true })
  expect([...bench.swarm.peers.values()]).toEqual([peer])
})
