import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { PexFlag } from '../../wire/extensions/pex-flags.ts'
import { PeerPool } from './peer-pool.ts'

const address = (i: number) => ({ host: `80.0.${i >> 8}.${i & 255}`, port: 6881 })
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => address(from + i))
const create = () => new PeerPool(seededRandom(1))

describe('the peer pool', () => {
  it('accepts each address once, and none without a port', () => {
    const pool = create()
    expect(pool.add([...many(3), ...many(3), { host: '80.0.0.9', port: 0 }], 'dht')).toBe(3)
    expect(pool.add(many(4), 'tracker')).toBe(1)
    expect(pool.size).toBe(4)
    expect(pool.idle).toBe(4)
  })

  it('returns addresses with the fewest failures first, and doubles the wait after each failure', () => {
    const pool = create()
    pool.add(many(1), 'dht')
    const first = pool.next(0)!
    for (const [i, waitMs] of [10_000, 20_000, 40_000, 80_000].entries()) {
      const now = i * 1_000_000
      expect(pool.next(now)).toBe(first)
      pool.failed(first, now)
      expect(pool.next(now + waitMs - 1)).toBe(null)
      expect(pool.next(now + waitMs)).toBe(first)
    }
    pool.add(many(1, 1), 'dht')
    expect(pool.next(1e9)!.address).toEqual(address(1))
    for (let i = 0; i < 20; i++) pool.failed(first, 0)
    expect(first.nextTryMs).toBe(30 * 60_000)
    pool.ended(first, 0)
    expect(first).toMatchObject({ failures: 0, nextTryMs: 10_000 })
  })

  it('returns only idle addresses, and at once those that a user names again', () => {
    const pool = create()
    pool.add(many(2), 'dht')
    const one = pool.next(0)!
    one.state = 'connected'
    const other = pool.next(0)!
    expect(other).not.toBe(one)
    pool.failed(other, 0)
    expect(pool.next(0)).toBe(null)
    pool.add([other.address], 'pex')
    expect(pool.next(0)).toBe(null)
    pool.add([other.address], 'manual')
    expect(pool.next(0)).toBe(other)
    expect(pool.next(0, true)).toBe(other)
    other.uploadOnly = true
    expect(pool.next(0, true)).toBe(null)
  })

  it('chooses at random among equals', () => {
    const pool = create()
    pool.add(many(10), 'dht')
    const seen = new Set(Array.from({ length: 200 }, () => pool.next(0)!.key))
    expect(seen.size).toBe(10)
  })

  it('is bounded: hopeless addresses make room, and any address for one that a user names', () => {
    const pool = create()
    pool.add(many(5000), 'pex')
    expect(pool.size).toBe(2000)
    expect(pool.add(many(1, 6000), 'tracker')).toBe(0)
    const hopeless = pool.find(address(7))!
    for (let i = 0; i < 8; i++) pool.failed(hopeless, 0)
    expect(pool.add(many(1, 6000), 'tracker')).toBe(1)
    expect(pool.find(address(7))).toBeUndefined()
    expect(pool.add(many(1, 7000), 'manual')).toBe(1)
    expect(pool.size).toBe(2000)
  })

  it('removes banned hosts and accepts no port of them any more', () => {
    const pool = create()
    pool.add([address(1), { host: address(1).host, port: 7 }, address(2)], 'dht')
    pool.ban(address(1).host)
    expect(pool.size).toBe(1)
    expect(pool.isBanned(address(1).host)).toBe(true)
    expect(pool.add([{ host: address(1).host, port: 99 }], 'manual')).toBe(0)
  })

  it('keeps only addresses from the given origins', () => {
    const pool = create()
    pool.add(many(2), 'dht')
    pool.add(many(2, 2), 'tracker')
    pool.keepOnly(['tracker'])
    expect(pool.size).toBe(2)
    expect(pool.find(address(2))).toBeDefined()
  })
})

describe('addresses with equally few failures', () => {
  const ranks = new Map<string, number>()
  const priorities = { version: 0, priorityOf: ({ host }: { host: string }) => ranks.get(host) ?? 0 }
  const address = (host: string) => ({ host, port: 1 })

  function order(pool: PeerPool): string[] {
    const hosts: string[] = []
    for (let next = pool.next(0); next; next = pool.next(0)) {
      next.state = 'connecting'
      hosts.push(next.address.host)
    }
    return hosts
  }

  it('are tried by canonical priority (BEP 40), which changes with our own address', () => {
    ranks.set('80.0.0.1', 5).set('80.0.0.2', 9).set('80.0.0.3', 7)
    const pool = new PeerPool(seededRandom(1), priorities)
    pool.add([...ranks.keys()].map(address), 'tracker')
    const first = pool.next(0)!
    expect(first.address.host).toBe('80.0.0.2')
    pool.failed(first, -100_000)
    ranks.set('80.0.0.1', 8)
    priorities.version++
    expect(order(pool)).toEqual(['80.0.0.1', '80.0.0.3', '80.0.0.2'])
  })

  it('are tried first if PEX or another source says that they can be reached (BEP 11)', () => {
    ranks.clear()
    ranks.set('80.0.0.1', 99)
    const pool = new PeerPool(seededRandom(1), priorities)
    pool.add([{ ...address('80.0.0.1'), flags: 0 }], 'pex')
    pool.add([{ ...address('80.0.0.2'), flags: PexFlag.reachable }], 'pex')
    expect(order(pool)).toEqual(['80.0.0.2', '80.0.0.1'])
  })

  it('of seeds that PEX names are of no use to a seed', () => {
    const pool = new PeerPool(seededRandom(1), priorities)
    pool.add([{ ...address('80.0.0.1'), flags: PexFlag.uploadOnly }], 'pex')
    expect(pool.next(0, true)).toBeNull()
    expect(pool.next(0)).not.toBeNull()
  })
})
