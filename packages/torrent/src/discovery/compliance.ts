import { afterEach, describe, expect, it } from 'vitest'
import type { PeerAddress } from '../transport/transport.ts'
import type { Discovery, DiscoveryKind, DiscoverySink, DiscoveryTopic, Membership } from './discovery.ts'

/** A topic for tests. Default: a leech with 1,000 bytes left. */
export function testTopic(options: Partial<DiscoveryTopic> & { left?: number | null } = {}): DiscoveryTopic {
  const { left = 1000, ...rest } = options
  return {
    infoHash: new Uint8Array(20).fill(0xaa),
    peerId: new Uint8Array(20).fill(0x2d),
    port: 6881,
    totals: () => ({ uploaded: 1, downloaded: 2, left }),
    wanted: () => 30,
    paused: () => false,
    ...rest,
  }
}

/** A sink that records its calls. */
export class RecordingSink implements DiscoverySink {
  readonly peers: PeerAddress[] = []
  readonly kinds: DiscoveryKind[] = []
  statusCalls = 0

  onPeers(peers: PeerAddress[], kind: DiscoveryKind): void {
    this.peers.push(...peers)
    this.kinds.push(kind)
  }

  onStatus(): void {
    this.statusCalls++
  }

  get calls(): number {
    return this.kinds.length + this.statusCalls
  }

  has(host: string, port: number): boolean {
    return this.peers.some(peer => peer.host === host && peer.port === port)
  }
}

/** Two machines that can find each other, and control over their time. */
export interface DiscoveryPair {
  readonly first: Discovery
  readonly second: Discovery
  /** The first machine's address as the second one sees it. */
  readonly firstHost: string
  /**
   * Joins with further arguments if this kind of discovery needs them. Default:
   * `discovery.join(topic, sink)`.
   */
  join?(discovery: Discovery, topic: DiscoveryTopic, sink: DiscoverySink): Membership
  /**
   * Lets time pass until the condition holds. Resolves to false if it does not within half an hour.
   */
  until(condition: () => boolean): Promise<boolean>
  advance(ms: number): Promise<void>
  /** Lets time pass until a promise settles. */
  settle<T>(work: Promise<T>): Promise<T>
  /** Number of pending timers of both machines. */
  timers(): number
  /** Closes everything but the two discoveries. */
  close(): Promise<void>
}

/** The compliance suite of every discovery. `create` makes a fresh pair. */
export function testDiscovery(name: string, create: () => Promise<DiscoveryPair>): void {
  describe(`${name} keeps the discovery contract`, () => {
    const cleanup: (() => Promise<unknown>)[] = []
    const other = new Uint8Array(20).fill(0xbb)

    async function start() {
      const pair = await create()
      cleanup.push(async () => {
        await pair.settle(Promise.all([pair.first.close(), pair.second.close()]))
        await pair.close()
      })
      const join = (on: 'first' | 'second', options: Partial<DiscoveryTopic> = {}) => {
        const sink = new RecordingSink()
        const topic = testTopic({ port: on === 'first' ? 1001 : 1002, ...options })
        const membership = pair.join?.(pair[on], topic, sink) ?? pair[on].join(topic, sink)
        return { sink, membership }
      }
      return { pair, join }
    }

    afterEach(async () => {
      for (const step of cleanup.splice(0)) await step()
    })

    it('finds peers of the same torrent by address and port', async () => {
      const { pair, join } = await start()
      join('first')
      await pair.advance(60_000)
      const { sink } = join('second')
      expect(await pair.until(() => sink.has(pair.firstHost, 1001))).toBe(true)
      expect(new Set(sink.kinds)).toEqual(new Set([pair.second.kind]))
    })

    it('keeps torrents apart', async () => {
      const { pair, join } = await start()
      join('first')
      await pair.advance(60_000)
      const stranger = join('second', { infoHash: other })
      const { sink } = join('second')
      expect(await pair.until(() => sink.has(pair.firstHost, 1001))).toBe(true)
      expect(stranger.sink.has(pair.firstHost, 1001)).toBe(false)
    })

    it('does not call back from inside join(), and has a status from the start', async () => {
      const { pair, join } = await start()
      const { sink, membership } = join('first')
      expect(sink.calls).toBe(0)
      expect(membership.kind).toBe(pair.first.kind)
      const check = () => {
        expect(membership.status().length).toBeGreaterThan(0)
        for (const status of membership.status()) {
          expect(status.kind).toBe(pair.first.kind)
          expect(status.label).not.toBe('')
          expect(status.peers).toBeGreaterThanOrEqual(0)
        }
      }
      check()
      await pair.advance(60_000)
      check()
      expect(membership.status().some(status => status.state === 'failed')).toBe(false)
      await pair.settle(membership.leave())
      check()
    })

    it('does not announce a machine that accepts no connections', async () => {
      const { pair, join } = await start()
      join('first', { port: 0 })
      await pair.advance(60_000)
      const { sink } = join('second')
      await pair.advance(10 * 60_000)
      expect(sink.peers.filter(peer => peer.host === pair.firstHost)).toEqual([])
    })

    it('makes no calls after leave(), while other torrents of the machine continue', async () => {
      const { pair, join } = await start()
      const { sink, membership } = join('second')
      const stays = join('second')
      await pair.settle(Promise.all([membership.leave(), membership.leave()]))
      const { calls } = sink
      join('first')
      await pair.advance(60_000)
      stays.membership.refresh()
      await pair.until(() => stays.sink.has(pair.firstHost, 1001))
      expect(stays.sink.has(pair.firstHost, 1001)).toBe(true)
      expect(sink.calls).toBe(calls)
    })

    it('accepts any call at any time', async () => {
      const { pair, join } = await start()
      const { membership } = join('first')
      const poke = () => {
        membership.refresh()
        membership.completed()
        membership.status()
      }
      poke()
      await pair.advance(1000)
      poke()
      await pair.settle(membership.leave())
      poke()
      await pair.advance(1000)
      poke()
    })

    it('leaves all torrents on close() and keeps no timer', async () => {
      const { pair, join } = await start()
      const joined = Array.from({ length: 20 }, (_, i) =>
        join('first', { infoHash: new Uint8Array(20).fill(i) }),
      )
      await pair.advance(60_000)
      await pair.settle(Promise.all([pair.first.close(), pair.first.close(), pair.second.close()]))
      await pair.settle(Promise.all(joined.map(({ membership }) => membership.leave())))
      const calls = joined.map(({ sink }) => sink.calls)
      await pair.advance(60 * 60_000)
      expect(joined.map(({ sink }) => sink.calls)).toEqual(calls)
      expect(pair.timers()).toBe(0)
    })
  })
}
