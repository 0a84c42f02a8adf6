import { afterEach, describe, expect, it } from 'vitest'
import { concat, hex, utf8 } from '../base/bytes.ts'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { MemoryNetwork } from '../transport/memory-transport.ts'
import type { Connection } from '../transport/transport.ts'
import { obfuscatedInfoHash } from './encryption/encryption.ts'
import { encodeHandshake } from './handshake.ts'
import { acceptEncryption, encryptOutgoing, type NegotiatedConnection } from './negotiate-encryption.ts'

const infoHash = seededRandom(5).bytes(20)
const handshake = encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(66) })
const find = (obfuscated: Uint8Array) =>
  hex(obfuscated) === hex(obfuscatedInfoHash(infoHash)) ? infoHash : null

describe('encrypted connections', () => {
  const opened: Connection[] = []
  afterEach(() => {
    for (const connection of opened.splice(0)) connection.close()
  })

  async function pair(uploadBytesPerSecond = Number.POSITIVE_INFINITY) {
    const clock = new VirtualClock()
    const network = new MemoryNetwork({ clock })
    const a = network.transport('10.0.0.1', { uploadBytesPerSecond, latencyMs: 5 })
    const b = network.transport('10.0.0.2', { latencyMs: 5 })
    const accepted = Promise.withResolvers<Connection>()
    const { port } = await b.listen({ port: 0 }, accepted.resolve)
    const dialled = a.dial({ host: '10.0.0.2', port }, { signal: new AbortController().signal })
    await clock.advance(100)
    const pipes = [await dialled, await accepted.promise] as const
    opened.push(...pipes)
    return { clock, dialled: pipes[0], incoming: pipes[1] }
  }

  const outgoing = (pipe: Connection, signal = new AbortController().signal) =>
    encryptOutgoing(
      pipe,
      { infoHash, policy: 'prefer', random: seededRandom(1), initialPayload: handshake },
      { signal },
    )
  const incomingWith = (pipe: Connection, policy: 'plain' | 'prefer' | 'require' = 'prefer') =>
    acceptEncryption(
      pipe,
      { policy, random: seededRandom(2), find },
      { signal: new AbortController().signal },
    )

  async function encryptedPair(uploadBytesPerSecond?: number) {
    const { clock, dialled, incoming } = await pair(uploadBytesPerSecond)
    const both = Promise.all([outgoing(dialled), incomingWith(incoming, 'require')])
    await clock.advance(2000)
    const [a, b] = await both
    return { clock, dialled, a, b }
  }

  /** Starts delivery and collects what arrives. */
  function gather({ connection, received }: NegotiatedConnection) {
    const parts = [received.slice()]
    const state = { closed: false, drained: 0, bytes: () => concat(parts) }
    connection.start({
      onData: bytes => parts.push(bytes.slice()),
      onDrain: () => state.drained++,
      onClose: () => {
        state.closed = true
      },
    })
    connection.resume()
    return state
  }

  it('carry bytes both ways without changing the caller’s bytes', async () => {
    const { clock, dialled, a, b } = await encryptedPair()
    expect([a.method, b.method]).toEqual(['rc4', 'rc4'])
    expect(a.connection).toMatchObject({ kind: 'memory', incoming: false, remote: dialled.remote })
    expect(b.connection.incoming).toBe(true)
    const [atA, atB] = [gather(a), gather(b)]
    const shared = seededRandom(3).bytes(40_000)
    const before = hex(shared)
    for (let i = 0; i < 10; i++) a.connection.write(shared)
    b.connection.write(utf8('answer'))
    await clock.advance(1000)
    expect(hex(shared)).toBe(before)
    const expected = concat([handshake, ...Array.from({ length: 10 }, () => shared)])
    expect(hex(atB.bytes())).toBe(hex(expected))
    expect(hex(atA.bytes())).toBe(hex(utf8('answer')))
    expect(atA.drained).toBeGreaterThan(0)
    expect(a.connection.bufferedBytes).toBe(0)
  })

  it('do not overwrite bytes that a slow connection has not sent yet', async () => {
    const { clock, a, b } = await encryptedPair(100_000)
    const atB = gather(b)
    gather(a)
    let sent = 0
    const parts: Uint8Array[] = [handshake]
    for (let i = 0; i < 60; i++) {
      const part = new Uint8Array((i * 3001) % 70_000).fill(i)
      parts.push(part.slice())
      a.connection.write(part, () => sent++)
      part.fill(0xee)
      if (i % 7 === 0) await clock.advance(200)
    }
    await clock.advance(60_000)
    expect(hex(atB.bytes())).toBe(hex(concat(parts)))
    expect(sent).toBe(60)
  })

  it('complete all writes once the connection has closed', async () => {
    const { clock, a, b } = await encryptedPair(1000)
    const atA = gather(a)
    const atB = gather(b)
    let sent = 0
    for (let i = 0; i < 5; i++) a.connection.write(new Uint8Array(200_000), () => sent++)
    a.connection.close()
    a.connection.write(new Uint8Array(10), () => sent++)
    await clock.advance(3_600_000)
    expect([sent, atA.closed, atB.closed]).toEqual([6, true, true])
  })

  it('serve plain peers from the same listener', async () => {
    const { clock, dialled, incoming } = await pair()
    const waiting = incomingWith(incoming)
    dialled.start({ onData() {}, onDrain() {}, onClose() {} })
    dialled.write(handshake)
    await clock.advance(100)
    const b = await waiting
    expect(b.method).toBe('none')
    expect(b.connection).toBe(incoming)
    const atB = gather(b)
    dialled.write(utf8('plain'))
    await clock.advance(100)
    expect(hex(atB.bytes())).toBe(hex(concat([handshake, utf8('plain')])))
  })

  it('deliver nothing between the handshake and the caller’s start()', async () => {
    const { clock, a, b } = await encryptedPair()
    gather(a)
    a.connection.write(utf8('early'))
    await clock.advance(1000)
    const atB = gather(b)
    await clock.advance(1000)
    expect(hex(atB.bytes())).toBe(hex(concat([handshake, utf8('early')])))
  })

  it('fail with one clear error if the peer violates the policy, hangs up, or the caller aborts', async () => {
    const first = await pair()
    const refused = expect(incomingWith(first.incoming, 'require')).rejects.toMatchObject({
      code: 'bad-message',
    })
    first.dialled.write(handshake)
    await first.clock.advance(100)
    await refused

    const second = await pair()
    const hungUp = expect(outgoing(second.dialled)).rejects.toMatchObject({ code: 'closed' })
    second.incoming.close()
    await second.clock.advance(100)
    await hungUp

    const third = await pair()
    const controller = new AbortController()
    const aborted = expect(outgoing(third.dialled, controller.signal)).rejects.toThrow('enough')
    let closed = false
    third.incoming.start({
      onData() {},
      onDrain() {},
      onClose() {
        closed = true
      },
    })
    controller.abort(new Error('enough'))
    await third.clock.advance(100)
    await aborted
    expect(closed).toBe(true)
    await expect(outgoing(third.dialled, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })
})
