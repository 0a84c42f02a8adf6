import { beforeEach, describe, expect, it } from 'vitest'
import { concat, equalBytes } from '../../base/bytes.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { Connection } from '../transport.ts'
import { type MemoryChannel, type MemoryChannelOptions, memoryChannels } from './testing/memory-rtc.ts'
import { MESSAGE_BYTES, WebrtcConnection } from './webrtc-connection.ts'

const KB = 1024

describe('a connection over a data channel', () => {
  let clock: VirtualClock

  beforeEach(() => {
    clock = new VirtualClock()
  })

  function pair(options: MemoryChannelOptions = {}): {
    a: WebrtcConnection
    b: WebrtcConnection
    channel: MemoryChannel
    far: MemoryChannel
  } {
    const [channel, far] = memoryChannels(clock, options)
    const a = new WebrtcConnection(channel, { incoming: false, unknown: 'webrtc-a' })
    const b = new WebrtcConnection(far, { incoming: true, unknown: 'webrtc-b' })
    return { a, b, channel, far }
  }

  const bytes = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff)

  it('carries bytes in order, whatever the sizes of writes and messages', async () => {
    const { a, b, channel } = pair({ maxMessageBytes: 1000 })
    const got = collect(b)
    const writes = [1, 999, 1000, 1001, 0, 5000, 3, 2999].map((length, i) => bytes(length, i))
    for (const write of writes) a.write(write)
    await clock.advance(1000)
    expect(equalBytes(got.bytes(), concat(writes))).toBe(true)
    expect(Math.max(...channel.sent)).toBe(1000)
    // 12,003 bytes in thirteen messages: none is sent before it is full, except where a large write
    // begins.
    expect(channel.sent.length).toBeLessThanOrEqual(16)
  })

  it('combines the writes of one turn into few messages', async () => {
    const { a, b, channel } = pair()
    collect(b)
    for (let i = 0; i < 1000; i++) a.write(bytes(17))
    await clock.advance(100)
    expect(channel.sent).toEqual([17_000])
  })

  it('sends large writes without copying them together, in messages that all clients accept', async () => {
    const { a, b, channel } = pair()
    const got = collect(b)
    a.write(bytes(200 * KB))
    await clock.advance(100)
    expect(got.length()).toBe(200 * KB)
    expect(channel.sent).toEqual([MESSAGE_BYTES, MESSAGE_BYTES, MESSAGE_BYTES, 8 * KB])
  })

  it('reports that bytes have left when the channel took them, and holds back the rest', async () => {
    const { a, b } = pair()
    const got = collect(b)
    let drains = 0
    a.start({ onData: () => {}, onDrain: () => drains++, onClose: () => {} })
    const sent: number[] = []
    for (let i = 0; i < 48; i++) a.write(bytes(64 * KB), () => sent.push(i))
    await Promise.resolve()
    expect(sent.length).toBeGreaterThan(10)
    expect(sent.length).toBeLessThan(24)
    expect(a.bufferedBytes).toBe((48 - sent.length) * 64 * KB)
    expect(drains).toBe(0)
    await clock.advance(1000)
    expect(sent).toEqual(Array.from({ length: 48 }, (_, i) => i))
    expect([a.bufferedBytes, drains, got.length()]).toEqual([0, 1, 48 * 64 * KB])
  })

  it('keeps what arrives before start and while paused, and delivers it afterwards', async () => {
    const { a, b } = pair()
    a.write(Uint8Array.of(1, 2))
    await clock.advance(100)
    const first = collect(b)
    await clock.advance(1)
    expect([...first.bytes()]).toEqual([1, 2])
    b.pause()
    a.write(Uint8Array.of(3))
    await clock.advance(100)
    const second = collect(b)
    expect(second.length()).toBe(0)
    b.resume()
    await clock.advance(1)
    expect([...second.bytes()]).toEqual([3])
    expect(first.length()).toBe(2)
  })

  it('closes a connection that floods us before start', async () => {
    const { a, b, far } = pair()
    for (let i = 0; i < 200; i++) a.write(bytes(64 * KB))
    await clock.advance(1000)
    expect(far.isClosed).toBe(true)
    const got = collect(b)
    await clock.advance(1)
    expect(got.error()).toMatchObject({ code: 'bad-message' })
  })

  it('closes gracefully after all bytes have left, and notifies both sides once', async () => {
    const { a, b } = pair()
    const atA = collect(a)
    const atB = collect(b)
    const sent: boolean[] = []
    a.write(bytes(3 * 1024 * KB), () => sent.push(true))
    a.close(true)
    a.close(true)
    await clock.advance(1000)
    expect(atB.length()).toBe(3 * 1024 * KB)
    expect([atA.closes(), atB.closes(), sent.length]).toEqual([1, 1, 1])
  })

  it('drops queued bytes on an abrupt close, and still notifies', async () => {
    const { a, b } = pair()
    const atB = collect(b)
    let sent = 0
    for (let i = 0; i < 64; i++) a.write(bytes(64 * KB), () => sent++)
    a.close()
    a.write(Uint8Array.of(1), () => sent++)
    await clock.advance(1000)
    expect(sent).toBe(65)
    expect(atB.closes()).toBe(1)
    expect(atB.length()).toBe(0)
  })

  it('has a name if the platform does not reveal the address', () => {
    const remote = { host: '10.0.0.7', port: 5, kind: 'webrtc' } as const
    const { a, b } = pair({ remotes: [remote, null] })
    expect(a.remote).toEqual(remote)
    expect(b.remote).toEqual({ host: 'webrtc-b', port: 0, kind: 'webrtc' })
    expect([a.incoming, b.incoming]).toEqual([false, true])
  })
})

function collect(connection: Connection) {
  const chunks: Uint8Array[] = []
  const closes: (Error | undefined)[] = []
  connection.start({
    onData: bytes => chunks.push(bytes.slice()),
    onDrain: () => {},
    onClose: error => closes.push(error),
  })
  return {
    bytes: () => concat(chunks),
    length: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    closes: () => closes.length,
    error: () => closes[0],
  }
}
