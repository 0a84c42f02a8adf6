import { describe, expect, test } from 'vitest'
import { hex } from '../base/bytes.ts'
import { MemoryWsTracker } from '../discovery/tracker/ws/testing/memory-ws.ts'
import type { SessionOptions } from '../session-api.ts'
import { type TestTorrent, testTorrent } from '../swarm/testing/test-torrent.ts'
import { MemoryRtc } from '../transport/webrtc/testing/memory-rtc.ts'
import type { Session } from './session.ts'
import { filled, SessionWorld } from './testing/world.ts'

const URL = 'wss://tracker.example'

/** Sessions that can connect only over WebRTC, unless they are given a port. */
class RtcWorld implements AsyncDisposable {
  readonly world = new SessionWorld()
  readonly tracker = new MemoryWsTracker(this.world.clock)
  readonly rtc = new MemoryRtc(this.world.clock)

  open(host: string, options: SessionOptions = {}, torrent?: TestTorrent): Promise<Session> {
    return this.world.open(
      host,
      { port: null, trackers: true, ...options },
      {
        openSocket: this.tracker.openSocket,
        openRtc: async () => this.rtc.host(host),
        ...(torrent && { createMemoryStorage: filled(torrent) }),
      },
    )
  }

  async seed(host: string, torrent: TestTorrent, options: SessionOptions = {}) {
    const session = await this.open(host, options, torrent)
    return session.add(torrent.metainfo, { memory: true, trusted: true, trackers: [URL] })
  }

  async leech(host: string, torrent: TestTorrent, options: SessionOptions = {}) {
    const session = await this.open(host, options)
    return session.add(torrent.metainfo, { memory: true, trackers: [URL] })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]()
  }
}

describe('a session over WebRTC', () => {
  test.for(['v1', 'v2', 'hybrid'] as const)(
    'downloads a %s torrent from a session without a port',
    async version => {
      await using rtc = new RtcWorld()
      const torrent = await testTorrent({ version })
      await rtc.seed('10.0.0.1', torrent)
      const leech = await rtc.leech('10.0.0.2', torrent)
      await rtc.world.until('it is complete', () => leech.isComplete)
      await rtc.world.clock.advance(10_000)
      // Two seeds are useless to each other, so only the pending offers remain.
      expect(leech.stats.peers).toBe(0)
    },
  )

  test('a partial seed keeps a seed that it could not dial again, and downloads more from it at once', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ lengths: [200_000, 200_000] })
    await rtc.seed('10.0.0.1', torrent)
    const leech = await rtc.leech('10.0.0.2', torrent)
    await leech.setPriority(1, 0)
    await rtc.world.until('what was chosen is there', () => leech.stats.state === 'seeding')
    await rtc.world.clock.advance(60_000)
    expect([leech.files[1]!.haveBytes < 200_000, leech.stats.peers]).toEqual([true, 1])
    await leech.setPriority(1, 4)
    await rtc.world.clock.advance(5000)
    expect(leech.files[1]!.haveBytes).toBe(200_000)
    expect(leech.stats.peers).toBe(0)
  })

  test('a partial seed without that seed soon asks the tracker when it wants more', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ lengths: [200_000, 200_000] })
    const first = await rtc.seed('10.0.0.1', torrent)
    const leech = await rtc.leech('10.0.0.2', torrent)
    await leech.setPriority(1, 0)
    await rtc.world.until('what was chosen is there', () => leech.stats.state === 'seeding')
    await first.remove()
    await rtc.world.clock.advance(20_000)
    await rtc.seed('10.0.0.3', torrent)
    await rtc.world.clock.advance(5000)
    await leech.setPriority(1, 4)
    await rtc.world.clock.advance(20_000)
    expect(leech.files[1]!.haveBytes).toBe(200_000)
  })

  test('satisfies a policy that requires encryption', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ pieces: 64 })
    const seed = await rtc.seed('10.0.0.1', torrent, {
      ...{ encryption: 'require', limits: { uploadBytesPerSecond: 200_000 } },
    })
    const leech = await rtc.leech('10.0.0.2', torrent, { encryption: 'require' })
    await rtc.world.until('they are connected', () => leech.peers().length > 0)
    expect(leech.peers()[0]).toMatchObject({
      kind: 'webrtc',
      encrypted: true,
      address: expect.stringContaining('10.0.0.1'),
    })
    expect(seed.peers()[0]!.incoming).not.toBe(leech.peers()[0]!.incoming)
    await rtc.world.until('it is complete', () => leech.isComplete)
  })

  test('obeys the limits of WebRTC peers; limits of the session spare those in the local network', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ pieces: 64 })
    await rtc.seed('80.0.0.1', torrent)
    const session = await rtc.open('80.0.0.2')
    session.setLimits({ downloadBytesPerSecond: 100_000 }, 'webrtc')
    const leech = await session.add(torrent.metainfo, { memory: true, trackers: [URL] })
    await rtc.world.until('it begins', () => leech.stats.haveBytes > 0)
    const before = leech.stats.downloadedBytes
    await rtc.world.clock.advance(10_000)
    expect((leech.stats.downloadedBytes - before) / 10).toBeLessThan(120_000)
    expect((leech.stats.downloadedBytes - before) / 10).toBeGreaterThan(60_000)
  })

  test('bridges peers without WebRTC and peers with nothing else', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ pieces: 16 })
    await rtc.world.seed('10.0.0.1', torrent)
    const bridge = await rtc.open('10.0.0.2', { port: 6881 })
    const between = await bridge.add(torrent.metainfo, {
      memory: true,
      trackers: [URL],
      peers: ['10.0.0.1:6881'],
    })
    const page = await rtc.leech('10.0.0.3', torrent)
    const kinds = new Set<string>()
    between.on('peerClosed', ({ kind }) => kinds.add(kind))
    await rtc.world.until('both have all', () => between.isComplete && page.isComplete)
    await rtc.world.clock.advance(5000)
    for (const { kind } of between.peers()) kinds.add(kind)
    expect([...kinds].sort()).toEqual(['memory', 'webrtc'])
  })

  test('takes offers of a tracker in its process for its torrents, unless they are private', async () => {
    await using rtc = new RtcWorld()
    const session = await rtc.open('10.0.0.1')
    const wants = ({ metainfo }: TestTorrent) =>
      session.wantsOffer(metainfo.info.infoHashes.v1!, new Uint8Array(20))
    const [open, secret] = [await testTorrent({}), await testTorrent({ private: true, pieces: 4 })]
    expect([wants(open), wants(secret)]).toEqual([false, false])
    await session.add(secret.metainfo, { memory: true })
    const { v1 } = open.metainfo.info.infoHashes
    await session.add(`magnet:?xt=urn:btih:${hex(v1!)}`, { memory: true })
    expect([wants(open), wants(secret)]).toEqual([true, false])
  })

  test('neither answers a connected peer nor keeps it twice', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ pieces: 128 })
    const slow = { limits: { uploadBytesPerSecond: 20_000 } }
    const seed = await rtc.seed('10.0.0.1', torrent, { port: 6881, ...slow })
    const leech = await rtc.leech('10.0.0.2', torrent, { port: 6881 })
    await rtc.world.until('they are connected', () => leech.peers().length > 0)
    expect(leech.peers()[0]!.kind).toBe('webrtc')
    leech.addPeer('10.0.0.1:6881')
    // The direct connection costs less, so it replaces the other.
    await rtc.world.until('by the plain way', () => leech.peers()[0]?.kind === 'memory')
    await rtc.world.clock.advance(150_000)
    expect(seed.peers().length).toBe(1)
    expect(leech.peers().map(({ kind }) => kind)).toEqual(['memory'])
  })

  test.for([true, false])(
    'keeps one connection to a peer that it meets by both hashes of a hybrid torrent (addresses hidden: %s)',
    async hidden => {
      await using rtc = new RtcWorld()
      rtc.rtc.hidesAddresses = hidden
      const torrent = await testTorrent({ version: 'hybrid', pieces: 128 })
      const seed = await rtc.seed('10.0.0.1', torrent, { limits: { uploadBytesPerSecond: 20_000 } })
      const leech = await rtc.leech('10.0.0.2', torrent)
      await rtc.world.until('they are connected', () => leech.peers().length > 0)
      await rtc.world.clock.advance(10_000)
      expect([leech.peers().length, seed.peers().length]).toEqual([1, 1])
      const before = leech.stats.downloadedBytes
      await rtc.world.clock.advance(10_000)
      expect(leech.stats.downloadedBytes).toBeGreaterThan(before)
    },
  )

  test('does not answer an offer for a torrent that is full or paused', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({ pieces: 64 })
    const options = { maxConnectionsPerTorrent: 1, limits: { uploadBytesPerSecond: 20_000 } }
    const seed = await rtc.seed('10.0.0.1', torrent, options)
    const first = await rtc.leech('10.0.0.2', torrent, { maxConnectionsPerTorrent: 1 })
    await rtc.world.until('the seed has its peer', () => seed.peers().length === 1)
    const second = await rtc.leech('10.0.0.3', torrent, { maxConnectionsPerTorrent: 1 })
    await rtc.world.clock.advance(5000)
    expect([seed.peers().length, first.peers().length, second.peers().length]).toEqual([1, 1, 0])
    await first.pause()
    await seed.pause()
    await rtc.world.clock.advance(150_000)
    expect([seed.peers().length, second.peers().length]).toEqual([0, 0])
  })

  test('can be turned off and on while the session is open', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({})
    await rtc.seed('10.0.0.1', torrent)
    const session = await rtc.open('10.0.0.2', { webrtc: false })
    const leech = await session.add(torrent.metainfo, { memory: true, trackers: [URL] })
    await rtc.world.clock.advance(10_000)
    expect(leech.discovery()[0]).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('WebRTC is off'),
    })
    await session.configure({ webrtc: { iceServers: [{ urls: 'stun:10.0.0.9:3478' }] } })
    await rtc.world.until('it is complete', () => leech.isComplete)
    expect(rtc.rtc.configs.map(({ iceServers }) => iceServers)).toContainEqual([
      { urls: 'stun:10.0.0.9:3478' },
    ])
    await expect(
      session.configure({ webrtc: { iceServers: [{ urls: 'turn:10.0.0.9' }] } }),
    ).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })

  test('keeps using a given implementation when its servers change', async () => {
    await using rtc = new RtcWorld()
    const torrent = await testTorrent({})
    await rtc.seed('10.0.0.1', torrent)
    const session = await rtc.open('10.0.0.2', { webrtc: { rtc: rtc.rtc.host('10.0.0.77') } })
    await session.configure({ webrtc: { iceServers: [{ urls: 'stun:10.0.0.9:3478' }] } })
    const [peer] = rtc.world.sessions[0]!.torrents
    const hosts: string[] = []
    peer!.on('peerClosed', ({ address }) => hosts.push(address))
    const leech = await session.add(torrent.metainfo, { memory: true, trackers: [URL] })
    await rtc.world.until('it is complete', () => leech.isComplete)
    await rtc.world.until('they part', () => hosts.length > 0)
    expect(hosts[0]).toContain('10.0.0.77')
  })

  test('leaves no peer connection and no timer behind', async () => {
    const rtc = new RtcWorld()
    const torrent = await testTorrent({})
    await rtc.seed('10.0.0.1', torrent)
    const leech = await rtc.leech('10.0.0.2', torrent)
    await rtc.world.until('it is complete', () => leech.isComplete)
    await rtc[Symbol.asyncDispose]()
    expect([rtc.rtc.open, rtc.tracker.clients.length]).toEqual([0, 0])
  })
})
