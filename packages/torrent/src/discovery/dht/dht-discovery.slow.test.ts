import { afterEach, describe, expect, it } from 'vitest'
import { equalBytes } from '../../base/bytes.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { DiscoveryTopic } from '../discovery.ts'
import { DhtDiscovery } from './dht-discovery.ts'
import type { DhtNode, DhtNodeOptions } from './dht-node.ts'
import { TestNetwork } from './test-network.ts'

const MINUTE = 60_000

let net: TestNetwork
const opened: DhtDiscovery[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(discovery => discovery.close()))
  await net.close()
  await net.clock.advance(1000)
  expect(net.clock.pending).toBe(0)
})

async function client(options: Partial<DhtNodeOptions> = {}, discovery: { impliedPort?: boolean } = {}) {
  const node = await net.add(options)
  const dht = new DhtDiscovery({ nodes: [node], clock: net.clock, ...discovery })
  opened.push(dht)
  return dht
}

interface Swarm {
  port?: number
  wanted?: number
  left?: number
  infoHash?: Uint8Array
}

/** Joins, and collects the peers found. */
function join(dht: DhtDiscovery, options: Swarm = {}) {
  const state = { port: 4711, wanted: 50, left: 1000, infoHash: new Uint8Array(20).fill(5), ...options }
  const peers = new Set<string>()
  let statusCount = 0
  const topic: DiscoveryTopic = {
    infoHash: state.infoHash,
    peerId: new Uint8Array(20),
    port: state.port,
    totals: () => ({ uploaded: 0, downloaded: 0, left: state.left }),
    wanted: () => state.wanted,
    paused: () => false,
  }
  const membership = dht.join(topic, {
    onPeers: (found: PeerAddress[], kind) => {
      expect(kind).toBe('dht')
      for (const { host, port } of found) peers.add(`${host} ${port}`)
    },
    onStatus: () => {
      statusCount++
    },
  })
  return { membership, peers, state, statusCount: () => statusCount }
}

const stored = (infoHash: Uint8Array) =>
  net.nodes.filter((node: DhtNode) => node.store.filters(infoHash) !== null).length

describe('DhtDiscovery', () => {
  it('announces a torrent and finds the others of its swarm', async () => {
    net = new TestNetwork({ loss: 0.02 })
    await net.grow(20)
    const seeder = join(await client(), { left: 0, wanted: 0 })
    await net.clock.advance(MINUTE)
    expect(stored(seeder.state.infoHash)).toBeGreaterThanOrEqual(6)
    const leecher = join(await client(), { port: 4712 })
    expect(leecher.membership.status()[0]).toMatchObject({
      kind: 'dht',
      state: 'idle',
      message: 'no nodes yet',
    })
    await net.clock.advance(MINUTE)
    expect([...leecher.peers]).toEqual([`${TestNetwork.address(20)} 4711`])
    expect(leecher.statusCount()).toBe(1)
    const [status] = leecher.membership.status()
    expect(status).toMatchObject({ state: 'ok', message: expect.stringMatching(/^\d+ nodes$/) })
    expect(status!.peers).toBeGreaterThan(0)
    expect(status!.nextAnnounceMs).toBeGreaterThan(net.clock.nowMs())
    // The seed counts the swarm with its next announce, and searches for no peers.
    await net.clock.advance(15 * MINUTE)
    expect(seeder.membership.status()[0]).toMatchObject({ seeds: 1, leeches: 1 })
    expect(seeder.peers.size).toBe(0)
  })

  it('keeps a torrent known for as long as it is joined, and no longer than half an hour after', async () => {
    net = new TestNetwork()
    await net.grow(20)
    const { membership, state } = join(await client(), { wanted: 0 })
    for (let hour = 0; hour < 3; hour++) {
      await net.clock.advance(60 * MINUTE)
      expect(stored(state.infoHash)).toBeGreaterThanOrEqual(6)
    }
    await membership.leave()
    await membership.leave()
    await net.clock.advance(32 * MINUTE)
    expect(stored(state.infoHash)).toBe(0)
  })

  it('does not announce while no port accepts connections', async () => {
    net = new TestNetwork()
    await net.grow(10)
    const other = join(await client())
    await net.clock.advance(MINUTE)
    const silent = join(await client(), { port: 0 })
    await net.clock.advance(MINUTE)
    expect(silent.peers.size).toBe(1)
    await net.clock.advance(10 * MINUTE)
    expect([...other.peers]).toEqual([`${TestNetwork.address(10)} 4711`])
  })

  it('announces the port that others see, with impliedPort', async () => {
    net = new TestNetwork()
    await net.grow(10)
    join(await client({}, { impliedPort: true }), { port: 4711 })
    await net.clock.advance(MINUTE)
    const other = join(await client(), { port: 4712 })
    await net.clock.advance(MINUTE)
    expect([...other.peers]).toEqual([`${TestNetwork.address(10)} 6881`])
  })

  it('paces hundreds of torrents, and announces all of them', async () => {
    net = new TestNetwork()
    // The limits per address would distort the measurement.
    for (let i = 0; i < 10; i++)
      await net.add({ queryLimits: { perAddress: 1e6 }, storeLimits: { torrentsPerIp: 1e6 } })
    await net.clock.advance(30_000)
    const dht = await client()
    await net.clock.advance(30_000)
    const hashes = Array.from({ length: 400 }, () => net.random.bytes(20))
    const timers = net.clock.pending
    for (const infoHash of hashes) join(dht, { infoHash, wanted: 0 })
    expect(net.clock.pending).toBeLessThan(timers + 30)
    const before = net.network.sentCount
    await net.clock.advance(10_000)
    // Four lookups per second, each of a few dozen datagrams.
    expect(net.network.sentCount - before).toBeLessThan(10 * 4 * 60)
    await net.clock.advance(2 * MINUTE)
    expect(hashes.filter(infoHash => stored(infoHash) === 0)).toEqual([])
  })

  it('searches again at once on refresh, but not every second', async () => {
    net = new TestNetwork()
    await net.grow(10)
    const { membership, statusCount } = join(await client())
    await net.clock.advance(30_000)
    membership.refresh()
    await net.clock.advance(30_000)
    expect(statusCount()).toBe(1)
    await net.clock.advance(30_000)
    membership.refresh()
    await net.clock.advance(10_000)
    expect(statusCount()).toBe(2)
  })

  it('stops a running search when the torrent leaves', async () => {
    net = new TestNetwork()
    await net.grow(10)
    const { membership, statusCount, peers } = join(await client())
    await net.clock.advance(500)
    await membership.leave()
    await net.clock.advance(20 * MINUTE)
    expect([statusCount(), peers.size]).toEqual([0, 0])
  })

  it('saves its nodes', async () => {
    net = new TestNetwork()
    await net.grow(10)
    const dht = await client()
    await net.clock.advance(MINUTE)
    expect(dht.port(4)).toBe(6881)
    expect(dht.port(6)).toBe(0)
    expect(dht.state().length).toBeGreaterThan(10 * 26)
    expect(dht.nodes.some(node => equalBytes(node.id, dht.nodes[0]!.id))).toBe(true)
  })
})
