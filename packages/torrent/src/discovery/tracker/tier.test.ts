import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { RecordingSink, testTopic } from '../compliance.ts'
import type { Membership } from '../discovery.ts'
import { type AnnounceAnswer, type AnnounceRequest, TrackerError, type TrackerProtocol } from './tracker.ts'
import { TrackerDiscovery } from './trackers.ts'

const MINUTE = 60_000

/** Trackers of the scheme `test:` with scripted responses, immediate unless they are promises. */
class ScriptedProtocol implements TrackerProtocol {
  readonly timeLimitMs = 30_000
  readonly seen: { host: string; request: AnnounceRequest; atMs: number }[] = []
  readonly answers = new Map<string, () => AnnounceAnswer | Promise<AnnounceAnswer>>()
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  async announce(url: string, request: AnnounceRequest, options: { signal: AbortSignal }) {
    const { host } = new URL(url)
    this.seen.push({ host, request, atMs: this.#clock.nowMs() })
    const answer = this.answers.get(host)
    if (answer) return answer()
    return new Promise<never>((_, reject) => {
      options.signal.addEventListener('abort', () => reject(options.signal.reason))
    })
  }

  async scrape() {
    return []
  }

  async close() {}

  hosts(): string[] {
    return this.seen.map(({ host }) => host)
  }

  events(host?: string): string[] {
    return this.seen.filter(seen => host === undefined || seen.host === host).map(seen => seen.request.event)
  }
}

describe('the trackers of a torrent', () => {
  let clock: VirtualClock
  let protocol: ScriptedProtocol
  let sink: RecordingSink
  const externals: string[] = []

  const fine = (more: Partial<AnnounceAnswer> = {}) => ({ intervalMs: 30 * MINUTE, peers: [], ...more })
  const refuse = (options?: { retryInMs?: number }) => () => {
    throw new TrackerError('refused', 'go away', options)
  }

  function discovery(options: { announceToAll?: boolean; seed?: number } = {}): TrackerDiscovery {
    const { seed = 1, ...rest } = options
    return new TrackerDiscovery({
      clock,
      random: seededRandom(seed),
      userAgent: 'Test/1',
      protocols: { 'test:': protocol },
      onExternalHost: host => externals.push(host),
      ...rest,
    })
  }

  const join = (tiers: string[][], topic = testTopic(), trackers = discovery()): Membership =>
    trackers.join(topic, sink, { tiers: tiers.map(tier => tier.map(host => `test://${host}/announce`)) })

  beforeEach(() => {
    clock = new VirtualClock()
    protocol = new ScriptedProtocol(clock)
    sink = new RecordingSink()
    externals.length = 0
  })

  it('announces started, then at the tracker’s interval, at most 5 % late', async () => {
    protocol.answers.set('a', () => fine({ intervalMs: 10 * MINUTE, trackerId: 'tid' }))
    join([['a']])
    await clock.advance(35 * MINUTE)
    expect(protocol.events()).toEqual(['started', 'none', 'none', 'none'])
    const gaps = protocol.seen.slice(1).map((seen, i) => seen.atMs - protocol.seen[i]!.atMs)
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(10 * MINUTE)
      expect(gap).toBeLessThanOrEqual(10.5 * MINUTE)
    }
    expect(protocol.seen[0]!.request).toMatchObject({ left: 1000, uploaded: 1, downloaded: 2, numWant: 30 })
    expect(protocol.seen[0]!.request.trackerId).toBeUndefined()
    expect(protocol.seen[1]!.request.trackerId).toBe('tid')
    expect(protocol.seen[1]!.request.key).toBe(protocol.seen[0]!.request.key)
  })

  it.each([
    ['a flood', 1, 60_000],
    ['oblivion', 1e12, 24 * 60 * MINUTE],
  ])('does not obey an interval of %s', async (_, intervalMs, expectedMs) => {
    protocol.answers.set('a', () => fine({ intervalMs }))
    join([['a']])
    await clock.advance(expectedMs - 1)
    expect(protocol.seen.length).toBe(1)
    await clock.advance(expectedMs / 20 + 1)
    expect(protocol.seen.length).toBe(2)
  })

  it('reports peers and our own address', async () => {
    const peers = [{ host: '10.0.0.9', port: 9 }]
    protocol.answers.set('a', () => fine({ peers, externalHost: '192.0.2.7', seeds: 3, leeches: 4 }))
    const membership = join([['a']])
    expect(sink.peers).toEqual([])
    await clock.advance(1)
    expect(sink.peers).toEqual(peers)
    expect(sink.kinds).toEqual(['tracker'])
    expect(externals).toEqual(['192.0.2.7'])
    expect(membership.status()).toMatchObject([
      { kind: 'tracker', label: 'test://a/announce', tier: 0, state: 'ok', peers: 1, seeds: 3, leeches: 4 },
    ])
    expect(membership.status()[0]!.nextAnnounceMs).toBeGreaterThanOrEqual(30 * MINUTE)
  })

  it('tries a tier until a tracker answers, keeps that one in front, and announces `started` to each', async () => {
    for (const host of ['a', 'b', 'c']) protocol.answers.set(host, refuse())
    protocol.answers.set('c', fine)
    join([['a', 'b', 'c']])
    await clock.advance(1)
    expect(protocol.hosts().at(-1)).toBe('c')
    const before = protocol.seen.length
    await clock.advance(32 * MINUTE)
    expect(protocol.hosts().slice(before)).toEqual(['c'])
    // When the first one fails, the others are tried.
    protocol.answers.set('c', refuse())
    protocol.answers.set('b', fine)
    await clock.advance(32 * MINUTE)
    expect(protocol.hosts().at(-1)).toBe('b')
    expect(protocol.events('b').at(-1)).toBe('started')
  })

  it('shuffles within a tier', async () => {
    for (const host of ['a', 'b', 'c']) protocol.answers.set(host, fine)
    for (let seed = 1; seed <= 20; seed++) join([['a', 'b', 'c']], testTopic(), discovery({ seed }))
    await clock.advance(1)
    expect(new Set(protocol.hosts()).size).toBe(3)
  })

  it('announces to one tracker of every tier, or to all with announceToAll', async () => {
    for (const host of ['a', 'b', 'c']) protocol.answers.set(host, fine)
    join([['a', 'b'], ['c'], ['c', 'a']])
    await clock.advance(1)
    // A repeated URL is announced to once.
    expect(protocol.seen.length).toBe(2)
    expect(protocol.hosts()).toContain('c')
    protocol.seen.length = 0
    const membership = join([['a', 'b'], ['c']], testTopic(), discovery({ announceToAll: true }))
    await clock.advance(1)
    expect(protocol.hosts().sort()).toEqual(['a', 'b', 'c'])
    expect(
      membership
        .status()
        .map(status => status.tier)
        .sort(),
    ).toEqual([0, 0, 1])
  })

  it('retries a failing tracker with growing delays, up to an hour', async () => {
    protocol.answers.set('a', refuse())
    const membership = join([['a']])
    await clock.advance(12 * 60 * MINUTE)
    const gaps = protocol.seen.slice(1).map((seen, i) => seen.atMs - protocol.seen[i]!.atMs)
    expect(gaps[0]).toBeGreaterThanOrEqual(11_000)
    expect(gaps[0]).toBeLessThanOrEqual(19_000)
    expect(gaps.length).toBeLessThan(30)
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(45 * MINUTE)
    expect(gaps.at(-1)).toBeLessThanOrEqual(75 * MINUTE)
    expect(membership.status()).toMatchObject([{ state: 'failed', message: 'go away', peers: 0 }])
  })

  it('retries when the tracker asks for it, and never if it says never (BEP 31)', async () => {
    protocol.answers.set('a', refuse({ retryInMs: 5 * MINUTE }))
    protocol.answers.set('b', refuse({ retryInMs: Infinity }))
    const membership = join([['a'], ['b']])
    await clock.advance(5 * MINUTE - 1)
    membership.refresh()
    await clock.advance(0)
    expect(protocol.seen.length).toBe(2)
    await clock.advance(1)
    expect(protocol.seen.length).toBe(3)
    await clock.advance(48 * 60 * MINUTE)
    expect(protocol.events('b')).toEqual(['started'])
  })

  it('gives up on a tracker that hangs', async () => {
    const membership = join([['a']])
    await clock.advance(29_000)
    expect(membership.status()).toMatchObject([{ state: 'working' }])
    await clock.advance(1000)
    expect(membership.status()).toMatchObject([{ state: 'failed', message: 'The tracker does not answer' }])
  })

  it('refreshes no earlier than the tracker allows', async () => {
    protocol.answers.set('a', () => fine({ minIntervalMs: 10 * MINUTE }))
    protocol.answers.set('b', fine)
    const membership = join([['a'], ['b']])
    await clock.advance(MINUTE)
    membership.refresh()
    membership.refresh()
    await clock.advance(4 * MINUTE)
    expect(protocol.hosts().filter(host => host === 'b').length).toBe(2)
    expect(protocol.hosts().filter(host => host === 'a').length).toBe(1)
    await clock.advance(5 * MINUTE)
    expect(protocol.hosts().filter(host => host === 'a').length).toBe(2)
  })

  it('announces at once if the user asks for it, unless the tracker insists on more time', async () => {
    protocol.answers.set('a', () => fine({ minIntervalMs: 10 * MINUTE }))
    protocol.answers.set('b', fine)
    protocol.answers.set('c', refuse())
    protocol.answers.set('d', refuse({ retryInMs: 5 * MINUTE }))
    const membership = join([['a'], ['b'], ['c'], ['d']])
    const asked = (host: string) => protocol.hosts().filter(each => each === host).length
    await clock.advance(5000)
    for (let times = 0; times < 5; times++) membership.refresh({ byUser: true })
    expect(membership.status().map(({ nextAnnounceMs }) => nextAnnounceMs! - clock.nowMs())).toEqual([
      ...[10 * MINUTE - 5000, 5000, 5000, 5 * MINUTE - 5000],
    ])
    await clock.advance(5000)
    expect(['a', 'b', 'c', 'd'].map(asked)).toEqual([1, 2, 2, 1])
    await clock.advance(10_000)
    membership.refresh({ byUser: true })
    await clock.advance(0)
    expect(['a', 'b', 'c', 'd'].map(asked)).toEqual([1, 3, 3, 1])
  })

  it('retries failed trackers on refresh, at most once a minute', async () => {
    for (const host of ['a']) protocol.answers.set(host, refuse())
    const membership = join([['a']])
    await clock.advance(60 * MINUTE)
    const before = protocol.seen.length
    for (let i = 0; i < 100; i++) {
      membership.refresh()
      await clock.advance(6000)
    }
    expect(protocol.seen.length - before).toBeGreaterThanOrEqual(9)
    expect(protocol.seen.length - before).toBeLessThanOrEqual(11)
  })

  it('retries failed trackers at once when the network changes, unless a tracker gave a time', async () => {
    protocol.answers.set('fails', refuse())
    protocol.answers.set('works', fine)
    protocol.answers.set('later', refuse({ retryInMs: Infinity }))
    const trackers = discovery()
    const membership = join([['fails'], ['works'], ['later'], ['hangs']], testTopic(), trackers)
    await clock.advance(120 * MINUTE + 1000)
    membership.refresh()
    await clock.advance(1000)
    protocol.seen.length = 0
    protocol.answers.set('fails', fine)
    protocol.answers.set('hangs', fine)
    trackers.networkChanged()
    await clock.advance(1)
    expect(protocol.hosts().sort()).toEqual(['fails', 'hangs', 'works'])
    expect(membership.status().map(({ state }) => state)).toEqual(['ok', 'ok', 'failed', 'ok'])
  })

  it('announces again when the network changes during an announce', async () => {
    const trackers = discovery()
    const membership = join([['a']], testTopic(), trackers)
    await clock.advance(1)
    protocol.answers.set('a', fine)
    trackers.networkChanged()
    await clock.advance(1)
    expect(protocol.events()).toEqual(['started', 'started'])
    expect(membership.status()).toMatchObject([{ state: 'ok' }])
  })

  it('announces completed once, to a tracker that knew us before', async () => {
    let left = 10
    const topic = { ...testTopic(), totals: () => ({ uploaded: 0, downloaded: 0, left }) }
    protocol.answers.set('a', fine)
    const membership = join([['a']], topic)
    await clock.advance(1)
    left = 0
    membership.completed()
    membership.completed()
    await clock.advance(32 * MINUTE)
    expect(protocol.events()).toEqual(['started', 'completed', 'none'])
  })

  it('announces completed after the response to started if both overlap', async () => {
    let left = 10
    const topic = { ...testTopic(), totals: () => ({ uploaded: 0, downloaded: 0, left }) }
    const first = Promise.withResolvers<AnnounceAnswer>()
    protocol.answers.set('a', () => first.promise)
    const membership = join([['a']], topic)
    await clock.advance(1)
    left = 0
    membership.completed()
    protocol.answers.set('a', fine)
    first.resolve(fine())
    await clock.advance(1)
    expect(protocol.events()).toEqual(['started', 'completed'])
  })

  it('never announces completed if the torrent was complete from the start (BEP 3)', async () => {
    protocol.answers.set('a', refuse())
    const membership = join([['a']], testTopic({ left: 0 }))
    await clock.advance(1)
    membership.completed()
    protocol.answers.set('a', fine)
    await clock.advance(40 * MINUTE)
    expect(protocol.events('a')).not.toContain('completed')
  })

  it('announces a partial seed as paused (BEP 21), and an unknown size as bytes left', async () => {
    protocol.answers.set('a', fine)
    join([['a']], testTopic({ paused: () => true, left: null, wanted: () => 0 }))
    await clock.advance(32 * MINUTE)
    expect(protocol.events()).toEqual(['started', 'paused'])
    expect(protocol.seen[0]!.request.left).toBeGreaterThan(0)
    expect(protocol.seen[0]!.request.numWant).toBe(0)
  })

  it('announces stopped to trackers that know us, within a few seconds, and nothing afterwards', async () => {
    protocol.answers.set('a', fine)
    protocol.answers.set('b', refuse())
    const trackers = discovery()
    const membership = join([['a'], ['b'], ['hangs']], testTopic(), trackers)
    await clock.advance(1000)
    protocol.seen.length = 0
    protocol.answers.delete('a')
    const calls = sink.statusCalls
    let done = false
    const left = Promise.all([membership.leave(), membership.leave()]).then(() => {
      done = true
    })
    await clock.advance(0)
    // The tracker that hangs may have received `started`, so it gets `stopped` too.
    expect(protocol.seen.map(seen => [seen.host, seen.request.event])).toEqual([
      ['a', 'stopped'],
      ['hangs', 'stopped'],
    ])
    expect(done).toBe(false)
    await clock.advance(5000)
    expect(done).toBe(true)
    await left
    await clock.advance(60 * MINUTE)
    expect(protocol.seen.length).toBe(2)
    expect(sink.statusCalls).toBe(calls)
    expect(clock.pending).toBe(0)
    await trackers.close()
  })

  it('replaces tiers while it runs: each tracker gets only the announces that concern it', async () => {
    for (const host of ['a', 'b', 'c']) protocol.answers.set(host, fine)
    const urls = (...hosts: string[]) => hosts.map(host => `test://${host}/announce`)
    const trackers = discovery()
    const membership = trackers.join(testTopic(), sink, { tiers: [urls('a'), urls('b')] })
    await clock.advance(1000)
    membership.setTrackers?.([urls('b'), urls('a', 'c')])
    await clock.advance(1000)
    // `a` has moved to another tier and gets no `stopped`, which might arrive after its `started`.
    expect(protocol.events('b')).toEqual(['started'])
    expect(protocol.events()).not.toContain('stopped')
    expect(membership.status().map(({ label, tier }) => [label.slice(7, 8), tier])).toEqual(
      expect.arrayContaining([
        ['b', 0],
        ['a', 1],
        ['c', 1],
      ]),
    )
    membership.setTrackers?.([urls('b')])
    await clock.advance(1000)
    expect(protocol.events().filter(event => event === 'stopped')).toHaveLength(1)
    await membership.leave()
    membership.setTrackers?.([urls('c')])
    await clock.advance(60 * MINUTE)
    expect(protocol.events('b')).toEqual(['started', 'stopped'])
    expect(clock.pending).toBe(0)
  })

  it('keeps no timer for torrents without trackers, and one for thousands with trackers', async () => {
    const trackers = discovery()
    protocol.answers.set('a', fine)
    for (let i = 0; i < 1000; i++) join([], testTopic(), trackers)
    expect(clock.pending).toBe(0)
    for (let i = 0; i < 1000; i++) join([['a']], testTopic(), trackers)
    await clock.advance(10_000)
    expect(protocol.seen.length).toBe(1000)
    expect(clock.pending).toBe(1)
    const closing = trackers.close()
    await clock.advance(5000)
    await closing
    expect(clock.pending).toBe(0)
    expect(protocol.seen.length).toBe(2000)
    expect(() => join([['a']], testTopic(), trackers)).toThrow(expect.objectContaining({ code: 'closed' }))
  })

  it('announces a few torrents at a time to a silent tracker, and others to other trackers meanwhile', async () => {
    const trackers = discovery()
    for (let i = 0; i < 500; i++) join([['silent']], testTopic(), trackers)
    protocol.answers.set('a', fine)
    join([['a']], testTopic(), trackers)
    await clock.advance(1)
    expect(protocol.hosts().filter(host => host === 'silent').length).toBe(32)
    expect(protocol.hosts()).toContain('a')
  })

  it('fails unknown and invalid trackers for good, and limits their number', async () => {
    const trackers = discovery()
    const tiers = [
      ['gopher://x/announce', 'not a url'],
      Array.from({ length: 5000 }, (_, i) => `test://h${i}/`),
    ]
    const membership = trackers.join(testTopic(), sink, {
      tiers: [...tiers, [`test://${'x'.repeat(5000)}/`]],
    })
    expect(membership.status().length).toBe(100)
    await clock.advance(1)
    const kinds = membership.status().filter(status => status.tier === 0)
    expect(kinds.map(status => status.state)).toEqual(['failed', 'failed'])
    expect(kinds[0]!.message).toMatch(/use http, https, udp, ws or wss/)
    expect(kinds[0]!.nextAnnounceMs).toBeUndefined()
  })
})
