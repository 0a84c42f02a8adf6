import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { Connection } from '../transport.ts'
import { PeerSignaling, type RtcOffer } from './peer-signaling.ts'
import { MemoryRtc, memorySdp } from './testing/memory-rtc.ts'

const HASH = new Uint8Array(20).fill(7)
const PEER = new Uint8Array(20).fill(9)

describe('signaling', () => {
  let clock: VirtualClock
  let rtc: MemoryRtc
  let wanted: boolean

  beforeEach(() => {
    clock = new VirtualClock()
    rtc = new MemoryRtc(clock)
    wanted = true
  })

  function side(host: string) {
    const connections: Connection[] = []
    const signaling = new PeerSignaling({
      clock,
      random: seededRandom(host.length + Number(host.at(-1))),
      openRtc: async () => rtc.host(host),
      config: () => ({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] }),
      wants: () => wanted,
      onConnection: (_hash, connection) => connections.push(connection),
    })
    return { signaling, connections }
  }

  const never = { signal: new AbortController().signal }

  it('turns an answered offer into a connection on both sides', async () => {
    const [one, two] = [side('10.0.0.1'), side('10.0.0.2')]
    const [offer] = await one.signaling.offer(HASH, 1, never)
    const answer = await two.signaling.answer(HASH, offer!, PEER)
    one.signaling.accept(offer!.id, answer!)
    await clock.advance(100)
    expect(one.connections).toMatchObject([{ incoming: false, remote: { host: '10.0.0.2' } }])
    expect(two.connections).toMatchObject([{ incoming: true, remote: { host: '10.0.0.1' } }])
    expect([one.signaling.size, two.signaling.size]).toEqual([0, 0])
    expect(rtc.configs[0]).toEqual({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] })
    // No timer outlives them.
    expect(clock.pending).toBe(0)
  })

  it('uses some STUN servers of trackers besides those of its settings', async () => {
    const { signaling } = side('10.0.0.1')
    const added = [70_000, 1, 1, 2, 3, 4].map(port => signaling.addStun('[2001:db8::1]', port))
    expect(added).toEqual([false, true, false, true, true, false])
    await signaling.offer(HASH, 1, never)
    const own = { urls: 'stun:127.0.0.1:3478' }
    const theirs = [1, 2, 3].map(port => ({ urls: `stun:[2001:db8::1]:${port}` }))
    expect(rtc.configs).toEqual([{ iceServers: [own, ...theirs] }])
    signaling.close()
  })

  it('gives up an offer that nobody answers after a minute', async () => {
    const { signaling } = side('10.0.0.1')
    expect(await signaling.offer(HASH, 3, never)).toHaveLength(3)
    expect(rtc.open).toBe(3)
    await clock.advance(60_000)
    expect([rtc.open, signaling.size]).toEqual([0, 0])
  })

  it('obeys its limits: old offers make room for new ones, connecting ones do not', async () => {
    const { signaling } = side('10.0.0.1')
    expect(await signaling.offer(HASH, 100, never)).toHaveLength(64)
    expect(await signaling.offer(HASH, 5, never)).toHaveLength(0)
    await clock.advance(16_000)
    const offers = await signaling.offer(HASH, 5, never)
    expect(offers).toHaveLength(5)
    expect(signaling.size).toBe(64)
    expect(new Set(offers.map(({ id }) => id)).size).toBe(5)
  })

  it('answers few offers at a time, so that other torrents and our own offers have room', async () => {
    const [one, two] = [side('10.0.0.1'), side('10.0.0.2')]
    const hash = (number: number) => new Uint8Array(20).fill(number)
    const answered = async (torrent: number, offers: RtcOffer[]) => {
      const answers = await Promise.all(offers.map(offer => two.signaling.answer(hash(torrent), offer, PEER)))
      return answers.filter(answer => answer !== null).length
    }
    const offers = await one.signaling.offer(HASH, 64, never)
    expect(await answered(1, offers.splice(0, 20))).toBe(8)
    expect(await answered(2, offers.splice(0, 10))).toBe(8)
    for (const torrent of [3, 4, 5, 6]) await answered(torrent, offers.splice(0, 8))
    expect(two.signaling.size).toBe(32)
    expect(await two.signaling.offer(HASH, 40, never)).toHaveLength(32)
    await clock.advance(21_000)
    expect(await answered(1, offers)).toBe(2)
  })

  it('answers no offer if no peer is wanted, none twice, and no malformed one', async () => {
    const [one, two] = [side('10.0.0.1'), side('10.0.0.2')]
    const [offer, other] = await one.signaling.offer(HASH, 2, never)
    expect(await two.signaling.answer(HASH, offer!, PEER)).toBeTypeOf('string')
    expect(await two.signaling.answer(HASH, offer!, PEER)).toBeNull()
    expect(await two.signaling.answer(HASH, { id: 'x', sdp: memorySdp('nobody') }, PEER)).toBeNull()
    wanted = false
    expect(await two.signaling.answer(HASH, other!, PEER)).toBeNull()
    expect(two.signaling.size).toBe(1)
  })

  it('probes few addresses for one peer, in its description and after it', async () => {
    const [one, two] = [side('10.0.0.1'), side('10.0.0.2')]
    const candidate = (last: number) => `candidate:1 1 UDP 1 192.0.2.${last} 5000 typ host`
    const added = (peer: number) => rtc.peers[peer]!.candidates.map(({ candidate: text }) => text)
    const [offer] = await one.signaling.offer(HASH, 1, never)
    const listed = Array.from({ length: 10 }, (_, at) => `a=${candidate(at)}\r\n`).join('')
    const answer = await two.signaling.answer(HASH, { id: offer!.id, sdp: offer!.sdp + listed }, PEER)
    for (let at = 9; at < 50; at++)
      two.signaling.addCandidate(offer!.id, { candidate: candidate(at), sdpMid: '0' })
    expect(added(1)).toEqual([9, 10, 11].map(candidate))
    await clock.advance(300)
    expect(new Set(added(1)).size).toBe(12)
    one.signaling.accept(offer!.id, answer! + listed)
    for (let at = 0; at < 50; at++)
      one.signaling.addCandidate(offer!.id, { candidate: candidate(at % 12), sdpMid: '0' })
    expect(added(0)).toHaveLength(30)
  })

  it('accepts one answer per offer, and none to an unknown offer', async () => {
    const [one, two, three] = [side('10.0.0.1'), side('10.0.0.2'), side('10.0.0.3')]
    const [offer] = await one.signaling.offer(HASH, 1, never)
    const answer = await two.signaling.answer(HASH, offer!, PEER)
    const late = await three.signaling.answer(HASH, offer!, PEER)
    one.signaling.accept('never offered', answer!)
    one.signaling.accept(offer!.id, answer!)
    one.signaling.accept(offer!.id, late!)
    await clock.advance(30_000)
    expect([one.connections.length, two.connections.length, three.connections.length]).toEqual([1, 1, 0])
    // The third never received its answer, and gave up.
    expect(three.signaling.size).toBe(0)
  })

  it('gives up a peer that answered and could not be reached', async () => {
    const { signaling } = side('10.0.0.1')
    const [offer] = await signaling.offer(HASH, 1, never)
    const failed: Uint8Array[] = []
    signaling.onFailed = infoHash => failed.push(infoHash)
    signaling.accept(offer!.id, memorySdp('nobody'))
    await clock.advance(1)
    expect(failed).toEqual([HASH])
    expect([signaling.size, rtc.open]).toEqual([0, 0])
  })

  it('reports peers that answered and never connected, and not unanswered offers', async () => {
    const { signaling } = side('10.0.0.1')
    const [offer] = await signaling.offer(HASH, 2, never)
    const failed: Uint8Array[] = []
    signaling.onFailed = infoHash => failed.push(infoHash)
    const silent = rtc.host('10.0.0.9').createPeer({ iceServers: [] }, { onChannel() {}, onFailed() {} })
    const answer = await silent.acceptOffer(offer!.sdp, never)
    silent.close()
    signaling.accept(offer!.id, answer)
    await clock.advance(19_000)
    expect(failed).toEqual([])
    await clock.advance(60_000)
    expect(failed).toEqual([HASH])
    expect(signaling.size).toBe(0)
  })

  it('reports why there is no WebRTC, and has nothing open once it is closed', async () => {
    const none = new PeerSignaling({
      clock,
      random: seededRandom(1),
      openRtc: () => Promise.reject(new Error('no binary')),
      config: () => ({ iceServers: [] }),
      wants: () => true,
      onConnection: () => {},
    })
    await expect(none.offer(HASH, 1, never)).rejects.toThrow('no binary')
    expect(await none.answer(HASH, { id: 'x', sdp: memorySdp('peer1') }, PEER)).toBeNull()
    const { signaling } = side('10.0.0.1')
    await signaling.offer(HASH, 4, never)
    signaling.close()
    expect([rtc.open, signaling.size, clock.pending]).toEqual([0, 0, 0])
    await expect(signaling.offer(HASH, 4, never)).rejects.toMatchObject({ code: 'closed' })
  })

  it('stops making offers when the caller does not wait for them', async () => {
    const { signaling } = side('10.0.0.1')
    const reason = new Error('no longer')
    await expect(signaling.offer(HASH, 4, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(rtc.open).toBe(0)
  })
})
