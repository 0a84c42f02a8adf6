import { WAIT_MS } from '@shoal/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { concat, equalBytes } from '../base/bytes.ts'
import { settle } from '../base/virtual-clock.ts'
import type { Connection, PeerAddress, Transport } from './transport.ts'

/** A transport with the address at which it listens, and which it dials. */
export interface TransportUnderTest {
  readonly transport: Transport
  readonly host: string
  /** Dials instead of `transport` if that cannot reach itself. */
  readonly dialer?: Transport
  /** The listener's address for `dialer`, if not host and port. */
  readonly name?: PeerAddress
}

/**
 * Tests that every transport must pass. `unanswered`: the error of a dial to a port without a
 * listener, which cannot always be distinguished from a lost packet.
 */
export function testTransport(
  name: string,
  create: () => TransportUnderTest | Promise<TransportUnderTest>,
  { unanswered = 'refused' }: { unanswered?: 'refused' | 'timeout' } = {},
): void {
  describe(`${name} keeps the transport contract`, () => {
    const cleanup: (() => unknown)[] = []
    afterEach(async () => {
      for (const step of cleanup.splice(0).reverse()) await step()
    })

    async function pair(): Promise<[Connection, Connection]> {
      const { dialed, incoming } = await connect()
      return [dialed, incoming]
    }

    async function connect() {
      const { transport, host, dialer = transport, name } = await create()
      const accepted = Promise.withResolvers<Connection>()
      const listener = await transport.listen({ host, port: 0 }, accepted.resolve)
      const address: PeerAddress = name ?? { host, port: listener.port }
      const dialed = await dialer.dial(address, { signal: AbortSignal.timeout(WAIT_MS) })
      const incoming = await accepted.promise
      cleanup.push(() => transport.close())
      cleanup.push(() => dialed.close())
      cleanup.push(() => incoming.close())
      return { transport, dialer, host, name, dialed, incoming }
    }

    it('states facts that agree with each other', async () => {
      const { transport, host, name, dialed: a, incoming: b } = await connect()
      expect([a.kind, b.kind]).toEqual([transport.kind, transport.kind])
      expect([a.incoming, b.incoming]).toEqual([false, true])
      expect(a.isSecure).toBe(b.isSecure)
      expect(a.dialableAddress).toEqual(name ?? a.remote)
      expect(a.remote.host).toBe(host)
      // An address without its port names the same host.
      if (b.dialableAddress && !name) expect(b.dialableAddress.host).toBe(b.remote.host)
      expect(transport.canDial(a.remote)).toBe(true)
      const foreign = transport.kind === 'onion' ? 'libp2p' : 'onion'
      expect(transport.canDial({ ...a.remote, kind: foreign })).toBe(false)
    })

    it('leaves open connections alone when the transport closes', async () => {
      const { transport, dialer, dialed, incoming } = await connect()
      await Promise.all([transport.close(), dialer.close()])
      const received = collect(incoming)
      dialed.start(silent())
      dialed.write(Uint8Array.of(5))
      await received.until(1)
      expect([...received.bytes()]).toEqual([5])
    })

    it('carries bytes both ways, in order, whatever their sizes', async () => {
      const [a, b] = await pair()
      const atB = collect(b)
      const atA = collect(a)
      const sent = Array.from({ length: 40 }, (_, i) => new Uint8Array(i * i * 97).fill(i))
      for (const bytes of sent) a.write(bytes)
      b.write(Uint8Array.of(1, 2, 3))
      const expected = concat(sent)
      await atB.until(expected.length)
      await atA.until(3)
      expect(equalBytes(atB.bytes(), expected)).toBe(true)
      expect([...atA.bytes()]).toEqual([1, 2, 3])
    })

    it('loses no bytes that arrive before start', async () => {
      const [a, b] = await pair()
      a.start(silent())
      a.write(Uint8Array.of(7, 8, 9))
      await settle()
      const atB = collect(b)
      await atB.until(3)
      expect([...atB.bytes()]).toEqual([7, 8, 9])
    })

    it('delivers to the second handler after it replaced the first', async () => {
      const [a, b] = await pair()
      const first = collect(b)
      a.start(silent())
      a.write(Uint8Array.of(1))
      await first.until(1)
      const second = collect(b)
      a.write(Uint8Array.of(2))
      await second.until(1)
      expect([...first.bytes()]).toEqual([1])
      expect([...second.bytes()]).toEqual([2])
    })

    it('holds back data while paused, and slows the writer', async () => {
      const [a, b] = await pair()
      const atB = collect(b)
      a.start(silent())
      b.pause()
      const total = 64 * 1024 * 1024
      for (let i = 0; i < 64; i++) a.write(new Uint8Array(total / 64))
      await new Promise(resolve => setTimeout(resolve, 50))
      expect(atB.length()).toBe(0)
      expect(a.bufferedBytes).toBeGreaterThan(0)
      b.resume()
      await atB.until(total)
      expect(atB.length()).toBe(total)
    })

    it('reports when written bytes have left', async () => {
      const [a, b] = await pair()
      collect(b)
      const drained = Promise.withResolvers<void>()
      a.start({ onData: () => {}, onDrain: drained.resolve, onClose: () => {} })
      const sent = new Promise<void>(resolve => a.write(new Uint8Array(1 << 20), resolve))
      await sent
      await drained.promise
      expect(a.bufferedBytes).toBe(0)
    })

    it('notifies both sides once when one closes, after what was sent gracefully', async () => {
      const [a, b] = await pair()
      const atA = collect(a)
      const atB = collect(b)
      a.write(new Uint8Array(1 << 20))
      a.close(true)
      await atB.closed
      await atA.closed
      expect(atB.length()).toBe(1 << 20)
      a.close()
      b.close()
      const sent = Promise.withResolvers<void>()
      a.write(Uint8Array.of(1), sent.resolve)
      await sent.promise
    })

    it('rejects a dial that nobody accepts, and one that is aborted', async () => {
      const { transport, host, dialer = transport, name } = await create()
      cleanup.push(() => transport.close())
      const listener = await transport.listen({ host, port: 0 }, connection => connection.close())
      await listener.close()
      const address = name ?? { host, port: listener.port }
      await expect(dialer.dial(address, { signal: AbortSignal.timeout(WAIT_MS) })).rejects.toMatchObject({
        code: unanswered,
      })
      const reason = new Error('no longer wanted')
      await expect(dialer.dial(address, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })

    it('refuses a port that is in use, if it has ports', async () => {
      const { transport, host, name } = await create()
      if (name !== undefined) return
      cleanup.push(() => transport.close())
      const listener = await transport.listen({ host, port: 0 }, connection => connection.close())
      await expect(transport.listen({ host, port: listener.port }, () => {})).rejects.toMatchObject({
        code: 'refused',
      })
    })
  })
}

function silent() {
  return { onData: () => {}, onDrain: () => {}, onClose: () => {} }
}

/** Collects the bytes that arrive at a connection. */
function collect(connection: Connection) {
  const chunks: Uint8Array[] = []
  let length = 0
  let wake: (() => void) | undefined
  const closed = Promise.withResolvers<Error | undefined>()
  connection.start({
    onData(bytes) {
      chunks.push(bytes.slice())
      length += bytes.length
      wake?.()
    },
    onDrain() {},
    onClose(error) {
      closed.resolve(error)
      wake?.()
    },
  })
  return {
    bytes: () => concat(chunks),
    length: () => length,
    closed: closed.promise,
    async until(count: number) {
      while (length < count) await new Promise<void>(resolve => (wake = resolve))
    },
  }
}
