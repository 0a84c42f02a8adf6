import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../base/virtual-clock.ts'
import {
  ALTERNATIVE_MS,
  DIAL_RULES,
  HEAD_START_MS,
  MAX_OVERTAKEN,
  MAX_REMEMBERED,
  REMEMBERED_MS,
} from './dialer.ts'
import type { Connection, PeerAddress, Transport, TransportKind } from './transport.ts'
import { TransportSet } from './transport-set.ts'

const UTP_HEAD_START_MS = DIAL_RULES.internet.headStartMs.utp!

const ADDRESS: PeerAddress = { host: '80.0.0.1', port: 1 }
const signal = new AbortController().signal

/** A transport that answers a dial after a while with a connection or an error, or never. */
class FakeTransport implements Transport {
  readonly kind: TransportKind
  readonly dials: PeerAddress[] = []
  aborted = 0
  closed = 0
  afterMs = 0
  /** Connects even after an abort that came too late. */
  ignoresAbort = false
  outcome: 'connects' | 'fails' | 'hangs' = 'connects'
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock, kind: TransportKind, options: Partial<FakeTransport> = {}) {
    this.#clock = clock
    this.kind = kind
    Object.assign(this, options)
  }

  canDial({ kind }: PeerAddress): boolean {
    return kind === undefined || kind === this.kind
  }

  dial(address: PeerAddress, options: { signal: AbortSignal }): Promise<Connection> {
    this.dials.push(address)
    return new Promise((resolve, reject) => {
      options.signal.addEventListener('abort', () => {
        this.aborted++
        if (!this.ignoresAbort) reject(options.signal.reason)
      })
      if (this.outcome === 'hangs') return
      this.#clock.after(this.afterMs, () => {
        const connection = { kind: this.kind, close: () => this.closed++ } as unknown as Connection
        if (this.outcome === 'connects') resolve(connection)
        else reject(new Error(`${this.kind} failed`))
      })
    })
  }

  listen(): Promise<never> {
    return Promise.reject(new Error('not used'))
  }

  async close(): Promise<void> {}
}

function setup(first: Partial<FakeTransport> = {}, second: Partial<FakeTransport> = {}) {
  const clock = new VirtualClock()
  const utp = new FakeTransport(clock, 'utp', first)
  const tcp = new FakeTransport(clock, 'tcp', second)
  const set = new TransportSet(clock, [utp, tcp])
  const dial = async (address = ADDRESS) => {
    const dialing = set.dial(address, { signal })
    dialing.catch(() => {})
    await clock.advance(10_000)
    return dialing
  }
  return { clock, utp, tcp, set, dial }
}

describe('TransportSet', () => {
  it('dials with the preferred transport alone if that connects during its head start', async () => {
    const { utp, tcp, dial, clock } = setup({ afterMs: UTP_HEAD_START_MS - 1 })
    expect((await dial()).kind).toBe('utp')
    expect([utp.dials.length, tcp.dials.length]).toEqual([1, 0])
    expect(clock.pending).toBe(0)
  })

  it('falls back at once when the preferred transport fails', async () => {
    const { clock, tcp, set } = setup({ outcome: 'fails', afterMs: 10 })
    const dialing = set.dial(ADDRESS, { signal })
    await clock.advance(20)
    expect(tcp.dials).toHaveLength(1)
    expect((await dialing).kind).toBe('tcp')
    expect(clock.pending).toBe(0)
  })

  it('races the next transport after the head start, and aborts the loser', async () => {
    const { utp, dial } = setup({ outcome: 'hangs' })
    expect((await dial()).kind).toBe('tcp')
    expect(utp.aborted).toBe(1)
  })

  it('closes a connection that loses the race', async () => {
    const { clock, utp, tcp, set } = setup(
      { afterMs: 2 * UTP_HEAD_START_MS },
      {
        afterMs: UTP_HEAD_START_MS + 10,
        ignoresAbort: true,
      },
    )
    const dialing = set.dial(ADDRESS, { signal })
    await clock.advance(2 * UTP_HEAD_START_MS)
    expect((await dialing).kind).toBe('utp')
    expect(tcp.aborted).toBe(1)
    await clock.advance(5000)
    expect([utp.closed, tcp.closed]).toEqual([0, 1])
  })

  it('remembers for an address which transport failed or was overtaken, until that expires', async () => {
    const { clock, utp, tcp, set, dial } = setup({ outcome: 'hangs' })
    await dial()
    utp.outcome = 'connects'
    expect((await dial()).kind).toBe('tcp')
    expect(utp.dials).toHaveLength(1)
    expect((await dial({ host: '80.0.0.2', port: 1 })).kind).toBe('utp')
    await clock.advance(REMEMBERED_MS)
    expect((await dial()).kind).toBe('utp')
    expect(tcp.dials).toHaveLength(2)
    expect(set.remembered).toBe(0)
  })

  it('prefers TCP in the local network, with the usual head start', async () => {
    const { clock, utp, tcp, set, dial } = setup({}, { outcome: 'hangs' })
    const dialing = set.dial({ host: '192.168.0.7', port: 1 }, { signal })
    await clock.advance(HEAD_START_MS - 1)
    expect([utp.dials.length, tcp.dials.length]).toEqual([0, 1])
    await clock.advance(1)
    expect((await dialing).kind).toBe('utp')
    tcp.outcome = 'connects'
    expect((await dial({ host: '::1', port: 1 })).kind).toBe('tcp')
    // The address where TCP failed.
    expect((await dial({ host: '192.168.0.7', port: 1 })).kind).toBe('utp')
  })

  it('tries a transport last that was overtaken at many addresses in a row, as where UDP is blocked', async () => {
    const { utp, dial } = setup({ outcome: 'hangs' })
    for (let port = 1; port <= MAX_OVERTAKEN; port++) await dial({ host: '80.0.0.2', port })
    expect(utp.dials).toHaveLength(MAX_OVERTAKEN)
    expect((await dial()).kind).toBe('tcp')
    expect(utp.dials).toHaveLength(MAX_OVERTAKEN)
  })

  it('tries a transport that failed before when all others fail', async () => {
    const { utp, tcp, dial } = setup({ outcome: 'fails' })
    await dial()
    tcp.outcome = 'fails'
    utp.outcome = 'connects'
    expect((await dial()).kind).toBe('utp')
    tcp.outcome = 'connects'
    expect((await dial()).kind).toBe('utp')
  })

  it('remembers a bounded number of addresses, and nothing if all transports fail', async () => {
    const { utp, tcp, set, dial } = setup({ outcome: 'fails' })
    for (let port = 1; port <= 1.5 * MAX_REMEMBERED; port++) {
      // One success in a while, so that uTP does not count as blocked.
      utp.outcome = port % MAX_OVERTAKEN === 0 ? 'connects' : 'fails'
      await dial({ host: '80.0.0.1', port })
    }
    utp.outcome = 'fails'
    expect(set.remembered).toBe(MAX_REMEMBERED)
    tcp.outcome = 'fails'
    await expect(dial({ host: '80.0.0.9', port: 9 })).rejects.toThrow('utp failed')
    expect(set.remembered).toBe(MAX_REMEMBERED)
  })

  it('ends all attempts when the signal aborts', async () => {
    const { clock, utp, tcp, set } = setup({ outcome: 'hangs' }, { outcome: 'hangs' })
    const controller = new AbortController()
    const dialing = set.dial(ADDRESS, { signal: controller.signal })
    const reason = new Error('enough')
    const rejected = expect(dialing).rejects.toBe(reason)
    await clock.advance(UTP_HEAD_START_MS)
    controller.abort(reason)
    await rejected
    expect([utp.aborted, tcp.aborted]).toEqual([1, 1])
    expect(clock.pending).toBe(0)
    await expect(set.dial(ADDRESS, { signal: controller.signal })).rejects.toBe(reason)
  })

  it('dials alternative addresses of a peer first, each for a limited time', async () => {
    const { clock, tcp, set } = setup({ outcome: 'hangs' }, { outcome: 'hangs' })
    const named = new FakeTransport(clock, 'libp2p')
    set.add(Object.assign(named, { alternatives: async () => [ADDRESS, { ...ADDRESS, port: 2 }] }))
    const peer: PeerAddress = { host: 'Qm', port: 0, kind: 'libp2p' }
    const slow = set.dial(peer, { signal })
    await clock.advance(2 * ALTERNATIVE_MS - 1)
    expect([tcp.dials.at(-1), named.dials.length]).toEqual([{ ...ADDRESS, port: 2 }, 0])
    await clock.advance(1)
    expect((await slow).kind).toBe('libp2p')
    tcp.outcome = 'connects'
    const direct = set.dial(peer, { signal })
    await clock.advance(ALTERNATIVE_MS)
    expect((await direct).kind).toBe('tcp')
    const reason = new Error('enough')
    await expect(set.dial(peer, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect([named.dials.length, clock.pending]).toEqual([1, 0])
  })

  it('uses only transports that can dial the address, and rejects if there are none', async () => {
    const { utp, tcp, set, dial } = setup()
    expect((await dial({ host: 'x', port: 0, kind: 'tcp' })).kind).toBe('tcp')
    expect([utp.dials.length, tcp.dials.length]).toEqual([0, 1])
    await expect(dial({ host: 'x', port: 0, kind: 'onion' })).rejects.toMatchObject({ code: 'unsupported' })
    set.remove(tcp)
    await expect(dial({ host: 'x', port: 0, kind: 'tcp' })).rejects.toMatchObject({ code: 'unsupported' })
    expect(() => set.add(utp)).toThrow(/already/)
  })
})
