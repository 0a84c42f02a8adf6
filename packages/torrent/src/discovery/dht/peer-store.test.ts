import { describe, expect, it } from 'vitest'
import { hex } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { PeerStore } from './peer-store.ts'

const hash = (n: number) => Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? n >> 8 : n))
const ip = (n: number) => Uint8Array.of(1, n >> 16, n >> 8, n)

function setUp(limits = {}) {
  const clock = new VirtualClock()
  return { clock, store: new PeerStore(clock, seededRandom(1), limits) }
}

describe('PeerStore', () => {
  it('returns compact peers of both families', () => {
    const { store } = setUp()
    store.add(hash(1), Uint8Array.of(1, 2, 3, 4), 0x1234, false)
    store.add(hash(2), new Uint8Array(16).fill(7), 1, false)
    expect(store.peers(hash(1), 10, false).map(hex)).toEqual(['010203041234'])
    expect(store.peers(hash(2), 10, false).map(hex)).toEqual([`${'07'.repeat(16)}0001`])
    expect(store.peers(hash(3), 10, false)).toEqual([])
  })

  it('keeps an address once in a swarm, with the last port and seed status', () => {
    const { store } = setUp()
    store.add(hash(1), ip(1), 1, false)
    store.add(hash(1), ip(1), 2, true)
    expect(store.peerCount).toBe(1)
    expect(store.peers(hash(1), 10, false).map(hex)).toEqual(['010000010002'])
    expect(store.filters(hash(1))!.seeds.mayHave(ip(1))).toBe(true)
    expect(store.filters(hash(1))!.peers.estimate()).toBe(0)
  })

  it('puts seeds last if they are not wanted', () => {
    const { store } = setUp()
    for (let i = 0; i < 20; i++) store.add(hash(1), ip(i), 1, i % 2 === 0)
    const leeches = store.peers(hash(1), 10, true)
    expect(leeches.every(peer => peer[3]! % 2 === 1)).toBe(true)
    expect(store.peers(hash(1), 15, true)).toHaveLength(15)
  })

  it('removes peers after half an hour, unless they announce again', async () => {
    const { store, clock } = setUp()
    store.add(hash(1), ip(1), 1, false)
    store.add(hash(1), ip(2), 1, false)
    await clock.advance(29 * 60_000)
    store.add(hash(1), ip(1), 1, false)
    await clock.advance(2 * 60_000)
    expect(store.peers(hash(1), 10, false).map(peer => peer[3])).toEqual([1])
    store.expire()
    expect(store.peerCount).toBe(1)
    await clock.advance(60 * 60_000)
    store.expire()
    expect([store.peerCount, store.torrentCount]).toEqual([0, 0])
    expect(store.filters(hash(1))).toBeNull()
  })

  it('rejects peers beyond the limit of a torrent, but renews those it has', () => {
    const { store } = setUp({ peersPerTorrent: 2 })
    expect([1, 2, 3].map(n => store.add(hash(1), ip(n), 1, false))).toEqual([true, true, false])
    expect(store.accepts(hash(1), ip(3))).toBe(false)
    expect(store.add(hash(1), ip(2), 9, false)).toBe(true)
  })

  it('limits the torrents of an address', () => {
    const { store } = setUp({ torrentsPerIp: 3 })
    const added = [1, 2, 3, 4].map(n => store.add(hash(n), ip(1), 1, false))
    expect(added).toEqual([true, true, true, false])
    expect(store.add(hash(4), ip(2), 1, false)).toBe(true)
  })

  it('stays within its limits whatever is announced, and keeps large torrents longest', () => {
    const { store } = setUp({ torrents: 50, peers: 200 })
    for (let n = 0; n < 40; n++) store.add(hash(9999), ip(n), 1, false)
    for (let n = 0; n < 5000; n++) store.add(hash(n % 700), ip(n), 1, false)
    expect(store.torrentCount).toBeLessThanOrEqual(50)
    expect(store.peerCount).toBeLessThanOrEqual(200)
    expect(store.peers(hash(9999), 100, false)).toHaveLength(40)
  })

  it('samples info hashes without repeating one', () => {
    const { store } = setUp()
    for (let n = 0; n < 30; n++) store.add(hash(n), ip(1), 1, false)
    const sample = store.sample(20).map(hex)
    expect(new Set(sample).size).toBe(20)
    expect(store.sample(100)).toHaveLength(30)
  })
})
