import { beforeAll, describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { encodeUploadOnly } from '../wire/extensions/small-extensions.ts'
import type { Peer } from './peer/peer.ts'
import { SEED_WANTS_PEERS } from './swarm.ts'
import type { RemotePeer } from './testing/remote-peer.ts'
import { TestSwarm } from './testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from './testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 40 })
})

describe('accepting connections', () => {
  it('limits the connections of the torrent and of one address', async () => {
    const bench = await TestSwarm.open(torrent, {
      settings: { maxPeersPerTorrent: 5 },
      context: { maxPeersPerHost: () => 2 },
    })
    for (let i = 0; i < 4; i++) await bench.connect({ ip: '80.1.1.1' })
    expect(bench.swarm.peers.size).toBe(2)
    for (let i = 0; i < 6; i++) await bench.connect()
    expect(bench.swarm.peers.size).toBe(5)
    expect(bench.swarm.wanted).toBe(0)
  })

  it('drops an idle peer of a lower canonical priority for a new one when it is full (BEP 40)', async () => {
    const priorityOf = ({ host }: { host: string }) => Number(host.split('.').at(-1))
    const bench = await TestSwarm.open(torrent, {
      settings: { maxPeersPerTorrent: 2 },
      context: { ownAddresses: { version: 0, vote() {}, priorityOf, isOurs: () => false } },
    })
    const hosts = () => [...bench.swarm.peers.values()].map(peer => peer.link.connection.remote.host)
    for (const ip of ['80.1.1.3', '80.1.1.5']) await bench.connect({ ip })
    await bench.connect({ ip: '80.1.1.9' })
    expect(hosts()).toEqual(['80.1.1.3', '80.1.1.5'])
    await bench.pass(61_000)
    await bench.connect({ ip: '80.1.1.2' })
    expect(hosts()).toEqual(['80.1.1.3', '80.1.1.5'])
    await bench.connect({ ip: '80.1.1.9' })
    expect(hosts()).toEqual(['80.1.1.5', '80.1.1.9'])
  })

  it('refuses the second connection of the same peer', async () => {
    const bench = await TestSwarm.open(torrent)
    const peerId = new Uint8Array(20).fill(9)
    const first = await bench.connect({ ip: '80.1.1.1', peerId })
    const second = await bench.connect({ ip: '80.1.1.1', peerId })
    await bench.pass(100)
    expect(bench.swarm.peers.size).toBe(1)
    expect([first.remote.closed, second.remote.closed].filter(Boolean)).toHaveLength(1)
  })

  it('accepts a local peer over one address family only, and strangers with equal peer IDs', async () => {
    const bench = await TestSwarm.open(torrent)
    const peerId = new Uint8Array(20).fill(9)
    for (const ip of ['192.168.1.5', 'fe80::5', '80.1.1.1', '80.1.1.2']) await bench.connect({ ip, peerId })
    const hosts = [...bench.swarm.peers.values()].map(peer => peer.link.connection.remote.host)
    expect(hosts).toEqual(['192.168.1.5', '80.1.1.1', '80.1.1.2'])
  })

  it('accepts nobody while paused or closed', async () => {
    const bench = await TestSwarm.open(torrent)
    const before = await bench.connect()
    bench.swarm.pause()
    await bench.pass(100)
    expect(before.remote.closed).toBe(true)
    expect((await bench.connect()).peer).toBeUndefined()
    bench.swarm.addAddresses([{ host: '80.1.1.1', port: 1 }], 'tracker')
    await bench.pass(5000)
    expect(bench.dialled).toEqual([])
    expect(bench.swarm.wanted).toBe(0)
    bench.swarm.resume()
    await bench.pass(100)
    expect(bench.dialled).toEqual(['80.1.1.1:1'])
    expect((await bench.connect()).peer).toBeDefined()
    bench.swarm.close()
    expect((await bench.connect()).peer).toBeUndefined()
  })
})

describe('dialing', () => {
  it('tries each address, and again after growing delays', async () => {
    const bench = await TestSwarm.open(torrent)
    bench.swarm.addAddresses(
      [1, 2, 3].map(port => ({ host: '80.1.1.1', port })),
      'tracker',
    )
    await bench.pass(5000)
    expect(bench.dialled.toSorted()).toEqual(['80.1.1.1:1', '80.1.1.1:2', '80.1.1.1:3'])
    await bench.pass(10_000)
    expect(bench.dialled).toHaveLength(6)
    await bench.pass(10_000)
    expect(bench.dialled).toHaveLength(6)
    await bench.pass(15_000)
    expect(bench.dialled).toHaveLength(9)
  })
})

describe('uploading', () => {
  it('fills its slots with the best senders and a random peer, and others take turns', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 20 }, (_, i) => i) })
    const peers: { remote: RemotePeer; peer: Peer }[] = []
    for (let i = 0; i < 10; i++) {
      const { remote, peer } = await bench.connect()
      remote.send(out => [out.bitfield(Uint8Array.of(0, 0, 1, 0xff, 0xff)), out.interested()])
      peers.push({ remote, peer: peer! })
    }
    await bench.pass(100)
    const unchoked = () => peers.filter(({ peer }) => !peer.flags.amChoking).length
    expect(unchoked()).toBe(4)
    const seen = new Set<number>()
    for (let round = 0; round < 60; round++) {
      await bench.pass(10_000)
      for (const { remote } of peers) remote.send(out => out.keepAlive())
      expect(unchoked()).toBeLessThanOrEqual(4)
      for (const { peer } of peers) if (!peer.flags.amChoking) seen.add(peer.id)
    }
    expect(seen.size).toBe(10)
  })

  it('gives the slot of a peer that only takes to another after a gift, and back if nobody else asks', async () => {
    const bench = await TestSwarm.open(torrent, {
      have: Array.from({ length: 20 }, (_, i) => i),
      settings: { uploadSlots: 1 },
      limits: { upload: BLOCK_BYTES },
    })
    const rider = await bench.connect()
    rider.remote.send(out => [out.bitfield(Uint8Array.of(0, 0, 1, 0xff, 0xff)), out.interested()])
    await bench.pass(100)
    const other = await bench.connect()
    other.remote.send(out => [out.haveNone(), out.interested()])
    await bench.pass(100)
    expect([rider.peer!.flags.amChoking, other.peer!.flags.amChoking]).toEqual([false, true])
    for (let piece = 0; piece < 20; piece++) rider.remote.send(out => out.request(piece, 0, BLOCK_BYTES))
    await bench.until(() => rider.peer!.flags.amChoking)
    expect(rider.peer!.upload.totalBytes).toBeGreaterThan(2 * BLOCK_BYTES)
    expect(rider.peer!.upload.totalBytes).toBeLessThan(5 * BLOCK_BYTES)
    expect(other.peer!.flags.amChoking).toBe(false)
    // The other one has nothing that we want, and may continue to take without giving.
    for (let piece = 0; piece < 10; piece++) other.remote.send(out => out.request(piece, 0, BLOCK_BYTES))
    await bench.pass(25_000)
    expect(other.peer!.upload.totalBytes).toBe(10 * BLOCK_BYTES)
    expect(other.peer!.flags.amChoking).toBe(false)
    other.remote.send(out => out.notInterested())
    await bench.until(() => !rider.peer!.flags.amChoking, 10_000)
  })

  it('fills a slot at once when its holder leaves or loses interest', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all', settings: { uploadSlots: 1 } })
    const first = await bench.connect()
    first.remote.send(out => [out.haveNone(), out.interested()])
    await bench.pass(100)
    const second = await bench.connect()
    second.remote.send(out => [out.haveNone(), out.interested()])
    await bench.pass(100)
    expect([first.peer!.flags.amChoking, second.peer!.flags.amChoking]).toEqual([false, true])
    first.remote.send(out => out.notInterested())
    await bench.pass(100)
    expect(second.peer!.flags.amChoking).toBe(false)
    first.remote.send(out => out.interested())
    await bench.pass(100)
    second.remote.connection.close()
    await bench.pass(100)
    expect(first.peer!.flags.amChoking).toBe(false)
  })
})

describe('peers that download nothing more (BEP 21)', () => {
  it('disconnect from each other, whichever is done first', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const seed = await bench.connect()
    seed.remote.send(out => out.haveAll())
    const partial = await bench.connect()
    partial.remote.send(out => out.bitfield(Uint8Array.of(0x80, 0, 0, 0, 0)))
    const leech = await bench.connect()
    leech.remote.send(out => out.haveNone())
    await bench.pass(100)
    expect(seed.remote.closed).toBe(true)
    expect(partial.remote.closed).toBe(false)
    partial.remote.send(out => out.extended(4, encodeUploadOnly(true)))
    await bench.pass(100)
    expect(partial.remote.closed).toBe(true)
    expect(leech.remote.closed).toBe(false)
  })

  it('announce it when they are done', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 39 }, (_, i) => i) })
    const leech = await bench.connect()
    leech.remote.extended()
    leech.remote.send(out => out.haveNone())
    await bench.pass(100)
    const seed = await bench.seed()
    await bench.until(() => bench.have.isFull)
    await bench.pass(100)
    expect(seed.remote.closed).toBe(true)
    expect(leech.remote.closed).toBe(false)
    expect(leech.remote.all('have')).toEqual(['39'])
    expect(leech.remote.all('extended').filter(text => text.startsWith('4 '))).toEqual(['4 01'])
    expect(bench.swarm.wanted).toBe(SEED_WANTS_PEERS - 1)
  })
})

describe('a piece that was lost', () => {
  it('is announced to peers that know the extension (BEP 54), and fetched again', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect()
    remote.extended()
    remote.send(out => out.haveNone())
    await bench.pass(10)
    bench.swarm.lost(7)
    await bench.pass(10)
    expect(remote.all('extended').filter(text => text.startsWith('3 '))).toEqual(['3 00000007'])
    const seed = await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(seed.remote.requests).toEqual([
      [7, 0, BLOCK_BYTES],
      [7, BLOCK_BYTES, BLOCK_BYTES],
    ])
    await bench.pass(10)
    expect(remote.all('have')).toEqual(['7'])
  })
})
