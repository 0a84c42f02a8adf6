import { beforeEach, describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../../base/bytes.ts'
import { seededRandom } from '../../../base/random.ts'
import { VirtualClock } from '../../../base/virtual-clock.ts'
import type { Signaling } from '../../../transport/webrtc/peer-signaling.ts'
import { memorySdp } from '../../../transport/webrtc/testing/memory-rtc.ts'
import { RecordingSink, testTopic } from '../../compliance.ts'
import { TrackerDiscovery } from '../trackers.ts'
import { MemoryWsTracker } from './testing/memory-ws.ts'

const URL = 'wss://tracker.example/announce'

describe('WebSocket trackers', () => {
  let clock: VirtualClock
  let tracker: MemoryWsTracker
  let signaling: RecordingSignaling
  let discovery: TrackerDiscovery

  beforeEach(() => {
    clock = new VirtualClock()
    tracker = new MemoryWsTracker(clock)
    signaling = new RecordingSignaling()
    discovery = make(() => signaling)
  })

  const make = (signals: () => Signaling | null) =>
    new TrackerDiscovery({
      clock,
      random: seededRandom(1),
      userAgent: 'Test/1',
      openSocket: tracker.openSocket,
      signaling: signals,
    })

  const join = (seed = 0xaa, more: Parameters<typeof testTopic>[0] = {}, from = discovery) =>
    from.join(testTopic({ infoHash: new Uint8Array(20).fill(seed), ...more }), new RecordingSink(), {
      tiers: [[URL]],
    })

  it('announces any number of torrents over one socket, with offers', async () => {
    const members = [join(1), join(2), join(3, { left: 0 })]
    await clock.advance(100)
    expect(tracker.dials).toBe(1)
    expect(tracker.received.map(({ event, numwant }) => [event, numwant])).toEqual([
      ['started', 5],
      ['started', 5],
      // A seed receives offers from peers that lack pieces.
      ['started', 4],
    ])
    expect(members.map(member => member.status()[0]!.state)).toEqual(['ok', 'ok', 'ok'])
    expect(members[0]!.status()[0]).toMatchObject({ seeds: 0, nextAnnounceMs: expect.any(Number) })
  })

  it('announces again at the tracker’s interval, and disconnects after the last torrent', async () => {
    const members = [join(1), join(2)]
    await clock.advance(130_000)
    const [client] = tracker.clients
    expect(client!.received).toHaveLength(4)
    members[0]!.completed()
    await clock.advance(100)
    expect(client!.received.at(-1)).toMatchObject({ event: 'completed', offers: [] })
    const leaving = Promise.all(members.map(member => member.leave()))
    await clock.advance(100)
    await leaving
    expect(client!.received.filter(({ event }) => event === 'stopped')).toHaveLength(2)
    expect(tracker.clients).toHaveLength(0)
    expect(clock.pending).toBe(0)
  })

  it('announces again over a new socket when the network changes', async () => {
    const members = [join(1), join(2)]
    await clock.advance(100)
    discovery.networkChanged()
    await clock.advance(100)
    expect(tracker.dials).toBe(2)
    expect(tracker.received.map(({ event }) => event)).toEqual(['started', 'started'])
    expect(members.map(member => member.status()[0]!.state)).toEqual(['ok', 'ok'])
  })

  it('passes on answers to our offers, and offers of other peers', async () => {
    join()
    await clock.advance(100)
    const [client] = tracker.clients
    const info_hash = client!.received[0]!.info_hash
    const message = { action: 'announce', info_hash, peer_id: 'p'.repeat(20) }
    const sdp = memorySdp('u')
    tracker.say(client!, { ...message, offer_id: 'a', answer: { type: 'answer', sdp } })
    tracker.say(client!, { ...message, offer_id: 'b', offer: { type: 'offer', sdp } })
    const candidate = { candidate: 'candidate:1 1 UDP 1 192.0.2.2 43126 typ host', sdpMid: '0' }
    tracker.say(client!, { ...message, offer_id: 'b', answer: { candidate } })
    await clock.advance(100)
    expect(signaling.calls).toEqual(['accept a', 'answer b', 'candidate b'])
    expect(client!.received.at(-1)).toMatchObject({
      ...{
        info_hash,
        to_peer_id: 'p'.repeat(20),
        offer_id: 'b',
        answer: { type: 'answer', sdp: 'our answer' },
      },
    })
  })

  it('does not answer its own offers, offers for unknown torrents, or offers after it has left', async () => {
    const member = join()
    await clock.advance(100)
    const [client] = tracker.clients
    const { info_hash, peer_id } = client!.received[0]!
    const offer = { action: 'announce', offer_id: 'o', offer: { sdp: memorySdp('u') } }
    tracker.say(client!, { ...offer, info_hash, peer_id })
    tracker.say(client!, { ...offer, info_hash: 'x'.repeat(20), peer_id: 'p'.repeat(20) })
    await clock.advance(100)
    const left = member.leave()
    tracker.say(client!, { ...offer, info_hash, peer_id: 'p'.repeat(20) })
    await clock.advance(100)
    await left
    expect(signaling.calls).toEqual([])
  })

  it('announces again after a restart of the tracker, before the interval ends, with growing delays', async () => {
    const member = join()
    await clock.advance(100)
    tracker.crash()
    await clock.advance(100)
    expect(member.status()[0]).toMatchObject({
      state: 'failed',
      message: 'The tracker closed the connection',
    })
    await clock.advance(120_000)
    expect(tracker.dials).toBeGreaterThan(2)
    expect(tracker.dials).toBeLessThan(7)
    tracker.isUp = true
    await clock.advance(120_000)
    expect(tracker.received.at(-1)).toMatchObject({ event: 'started' })
    expect(member.status()[0]!.state).toBe('ok')
  })

  it.each([
    ['reconnect-after=3', 3000, 4200],
    ['reconnect-after=40', 40_000, 41_200],
    ['reconnect-after=4000', 11_250, 19_000],
    ['reconnect-after=-1', 11_250, 19_000],
    ['Going away', 11_250, 19_000],
  ])('connects again when a tracker says so as it closes the connection: %s', async (reason, from, to) => {
    join()
    await clock.advance(100)
    tracker.restart(reason)
    await clock.advance(from - 100)
    expect(tracker.dials).toBe(1)
    await clock.advance(to - from + 200)
    expect(tracker.dials).toBe(2)
    expect(tracker.received.at(-1)).toMatchObject({ event: 'started' })
  })

  it('uses the STUN server of a tracker, and makes offers with it as soon as it knows it', async () => {
    tracker.reply = ({ info_hash }) => ({ action: 'announce', info_hash, interval: 120, 'stun port': 6969 })
    join()
    await clock.advance(100)
    expect(signaling.calls).toEqual(['stun tracker.example 6969'])
    const [client] = tracker.clients
    expect(client!.received.map(({ numwant }) => numwant)).toEqual([5, 2])
    await clock.advance(140_000)
    expect(client!.received.map(({ numwant }) => numwant)).toEqual([5, 2, 5])
  })

  it('reports a refusal, and gives up on a silent tracker', async () => {
    tracker.reply = ({ info_hash }) => ({ action: 'announce', info_hash, 'failure reason': 'not\nhere' })
    const member = join()
    await clock.advance(100)
    expect(member.status()[0]).toMatchObject({ state: 'failed', message: 'The tracker refused: not here' })
    // The link has no members and is closed.
    expect(tracker.clients).toHaveLength(0)
    tracker.reply = () => null
    const silent = join(2)
    await clock.advance(31_000)
    expect(silent.status()[0]).toMatchObject({ state: 'failed', message: 'The tracker does not answer' })
  })

  it('drops messages of a tracker that floods it', async () => {
    join()
    await clock.advance(100)
    const [client] = tracker.clients
    const message = { action: 'announce', info_hash: client!.received[0]!.info_hash, peer_id: 'p'.repeat(20) }
    for (let i = 0; i < 5000; i++)
      tracker.say(client!, { ...message, offer_id: `${i}`, answer: { sdp: memorySdp('u') } })
    await clock.advance(10)
    expect(signaling.calls.length).toBeLessThan(1010)
    await clock.advance(5000)
    tracker.say(client!, { ...message, offer_id: 'later', answer: { sdp: memorySdp('u') } })
    await clock.advance(10)
    expect(signaling.calls.at(-1)).toBe('accept later')
  })

  it('makes extra offers when a peer that answered could not be reached, but not too often', async () => {
    join()
    await clock.advance(100)
    for (let i = 0; i < 5; i++) signaling.onFailed!(new Uint8Array(20).fill(0xaa))
    await clock.advance(100)
    const [client] = tracker.clients
    expect(client!.received.map(({ numwant }) => numwant)).toEqual([5, 2])
    expect(client!.received[1]).not.toHaveProperty('event')
    signaling.onFailed!(new Uint8Array(20))
    await clock.advance(10_000)
    expect(client!.received).toHaveLength(2)
    await clock.advance(6000)
    signaling.onFailed!(new Uint8Array(20).fill(0xaa))
    await clock.advance(100)
    expect(client!.received).toHaveLength(3)
  })

  it('makes them once more when a peer that did not notice has given up the failed connection', async () => {
    join()
    await clock.advance(100)
    for (let i = 0; i < 5; i++) signaling.onFailed!(new Uint8Array(20).fill(0xaa))
    await clock.advance(29_000)
    const [client] = tracker.clients
    expect(client!.received).toHaveLength(2)
    await clock.advance(2000)
    expect(client!.received.map(({ numwant }) => numwant)).toEqual([5, 2, 2])
    await clock.advance(60_000)
    expect(client!.received.filter(({ numwant }) => numwant === 2)).toHaveLength(2)
    signaling.onFailed!(new Uint8Array(20).fill(0xaa))
    const closed = discovery.close()
    await clock.advance(5000)
    await closed
    expect(clock.pending).toBe(0)
  })

  it('scrapes', async () => {
    join()
    await clock.advance(100)
    const counted = discovery.scrape(URL, [new Uint8Array(20).fill(0xaa), new Uint8Array(20)])
    await clock.advance(100)
    expect(await counted).toEqual([{ seeds: 1, leeches: 1, downloads: 3 }, null])
  })

  it('reports that WebRTC is off, and does not connect', async () => {
    const off = make(() => null)
    const member = join(1, {}, off)
    await clock.advance(100)
    expect(member.status()[0]).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('WebRTC is off'),
    })
    expect(tracker.dials).toBe(0)
  })

  it('closes its sockets and timers', async () => {
    join()
    await clock.advance(100)
    const closed = discovery.close()
    await clock.advance(5000)
    await closed
    expect([tracker.clients.length, clock.pending]).toEqual([0, 0])
  })
})

/** Makes offers out of nothing. */
class RecordingSignaling implements Signaling {
  readonly calls: string[] = []
  onFailed: ((infoHash: Uint8Array) => void) | undefined
  #next = 0

  async offer(_infoHash: Uint8Array, count: number) {
    return Array.from({ length: count }, () => ({
      id: latin1(fromLatin1(`${this.#next++}`)),
      sdp: memorySdp('o'),
    }))
  }
  async answer(_infoHash: Uint8Array, { id }: { id: string }) {
    this.calls.push(`answer ${id}`)
    return 'our answer'
  }
  accept(offerId: string) {
    this.calls.push(`accept ${offerId}`)
  }
  addCandidate(offerId: string) {
    this.calls.push(`candidate ${offerId}`)
  }
  addStun(host: string, port: number) {
    const call = `stun ${host} ${port}`
    const isNew = !this.calls.includes(call)
    this.calls.push(call)
    return isNew
  }
}
