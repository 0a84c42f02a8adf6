import { afterEach, expect, it } from 'vitest'
import { magnetOf } from '../packages/torrent/src/metainfo/magnet.ts'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { World } from './support/world.ts'

const KIB = 1024
const LINK = { uploadBytesPerSecond: 256 * KIB, downloadBytesPerSecond: 2048 * KIB, latencyMs: 20 }

let world: World
afterEach(() => world?.close())

it.each(['v1', 'v2', 'hybrid'] as const)(
  'a %s swarm starts from magnet links while peers join and leave',
  async version => {
    const torrent = await testTorrent({
      lengths: [20 * 64 * KIB + 77, 5, 9 * 64 * KIB],
      pieceLengthBytes: 64 * KIB,
      version,
    })
    const source = magnetOf(torrent.metainfo)
    world = new World(torrent, 31)
    await world.join({ seed: true, link: LINK })
    for (let i = 0; i < 8; i++) await world.join({ link: LINK, source })
    for (let round = 0; round < 3; round++) {
      await world.clock.advance(400)
      await world.leave(world.hosts[1 + 2 * round]!)
      await world.join({ link: LINK, source })
    }
    await world.complete(600_000)
    for (const { gone, torrent: had } of world.hosts)
      if (!gone) expect(had.stats.haveBytes).toBe(torrent.metainfo.info.lengthBytes)
  },
)

it('metadata spreads from peer to peer, also to those that never connect to the seed', async () => {
  const torrent = await testTorrent({ pieces: 16, pieceLengthBytes: 32 * KIB, version: 'hybrid' })
  const source = magnetOf(torrent.metainfo)
  world = new World(torrent, 32)
  const session = { pex: false }
  const first = await world.join({ link: LINK, source, session, peers: [] })
  const second = await world.join({ link: LINK, source, session, peers: [first.address] })
  const third = await world.join({ link: LINK, source, session, peers: [second.address] })
  await world.clock.advance(3000)
  expect(third.torrent.metainfo).toBe(null)
  await world.join({ link: LINK, seed: true, session, peers: [] })
  first.torrent.addPeer(world.hosts.at(-1)!.address)
  await world.complete(300_000)
})
