import { limitMs } from '@shoal/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import type { Connection } from '../transport.ts'
import { PeerSignaling } from './peer-signaling.ts'
import { openRtc } from './rtc.node.ts'

const HASH = new Uint8Array(20)
const BYTES = 3 * 1024 * 1024

describe('WebRTC by libdatachannel', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  function side(): { signaling: PeerSignaling; connected: Promise<Connection> } {
    const { promise, resolve } = Promise.withResolvers<Connection>()
    const signaling = new PeerSignaling({
      clock: systemClock,
      random: systemRandom,
      openRtc: () => openRtc({ host: '127.0.0.1' }),
      config: () => ({ iceServers: [] }),
      wants: () => true,
      onConnection: (_hash, connection) => {
        closers.push(() => connection.close())
        resolve(connection)
      },
    })
    closers.push(() => signaling.close())
    return { signaling, connected: promise }
  }

  async function pair(): Promise<[Connection, Connection]> {
    const [one, two] = [side(), side()]
    const [offer] = await one.signaling.offer(HASH, 1, { signal: AbortSignal.timeout(limitMs(20)) })
    one.signaling.accept(offer!.id, (await two.signaling.answer(HASH, offer!, HASH))!)
    return Promise.all([one.connected, two.connected])
  }

  it('carries megabytes both ways, and all of them before a graceful close', async () => {
    const [a, b] = await pair()
    expect(a).toMatchObject({ kind: 'webrtc', incoming: false, remote: { host: '127.0.0.1' } })
    expect(b).toMatchObject({ kind: 'webrtc', incoming: true, remote: { host: '127.0.0.1' } })
    const [atA, atB] = [receive(a), receive(b)]
    for (let i = 0; i < BYTES / 65_536; i++) {
      a.write(new Uint8Array(65_536).fill(i))
      b.write(new Uint8Array(65_536).fill(i))
    }
    expect(a.bufferedBytes).toBe(BYTES)
    await Promise.all([atA.until(BYTES), atB.until(BYTES)])
    for (let i = 0; i < BYTES / 65_536; i++) a.write(new Uint8Array(65_536))
    a.close(true)
    await Promise.all([atA.closed, atB.closed])
    expect(atB.bytes).toBe(2 * BYTES)
  })

  it('notifies the other side of an abrupt close', async () => {
    const [a, b] = await pair()
    const [atA, atB] = [receive(a), receive(b)]
    b.close()
    await Promise.all([atA.closed, atB.closed])
  })

  it('rejects a malformed answer, and invalid servers', async () => {
    const rtc = await openRtc({})
    const events = { onChannel: () => {}, onFailed: () => {} }
    const peer = rtc.createPeer({ iceServers: [] }, events)
    await peer.createOffer({ signal: AbortSignal.timeout(limitMs(20)) })
    await expect(peer.acceptAnswer('v=0')).rejects.toMatchObject({ code: 'bad-message' })
    peer.addCandidate({ candidate: 'nonsense', sdpMid: '0' })
    peer.close()
    peer.close()
    const wrong = () => rtc.createPeer({ iceServers: [{ urls: 'turn:127.0.0.1' }] }, events)
    expect(wrong).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  })
})

function receive(connection: Connection) {
  const closed = Promise.withResolvers<void>()
  let wake = () => {}
  const state = {
    bytes: 0,
    closed: closed.promise,
    async until(count: number) {
      while (state.bytes < count) await new Promise<void>(resolve => (wake = resolve))
    },
  }
  connection.start({
    onData(bytes) {
      state.bytes += bytes.length
      wake()
    },
    onDrain() {},
    onClose: () => closed.resolve(),
  })
  return state
}
