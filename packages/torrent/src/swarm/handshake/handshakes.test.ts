import { describe, expect, it } from 'vitest'
import type { EncryptionPolicy } from '../../api.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { MemoryNetwork } from '../../transport/memory-transport.ts'
import type { Connection } from '../../transport/transport.ts'
import { obfuscatedInfoHash } from '../../wire/encryption/encryption.ts'
import { encodeHandshake } from '../../wire/handshake.ts'
import { acceptPeer, dialPeer, type HandshakeTopic } from './handshakes.ts'

const V1 = new Uint8Array(20).fill(1)
const V2 = new Uint8Array(20).fill(2)
const plainTopic: HandshakeTopic = { infoHash: V1, v2: false }
const hybrid: HandshakeTopic = { infoHash: V1, upgrade: V2, v2: false }
const onlyV2: HandshakeTopic = { infoHash: V2, v2: true }

const DIALLER = new Uint8Array(20).fill(8)
const ACCEPTOR = new Uint8Array(20).fill(9)

interface Sides {
  dial?: EncryptionPolicy
  accept?: EncryptionPolicy
  dialTopic?: HandshakeTopic
  /** The torrent of the accepting side; null for none. */
  acceptTopic?: HandshakeTopic | null
  signal?: AbortSignal
}

/** Both sides of a connection shake hands. */
async function meet({
  dial = 'plain',
  accept = 'plain',
  dialTopic = plainTopic,
  acceptTopic = plainTopic,
  signal = new AbortController().signal,
}: Sides) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock })
  const common = { dht: false, signal }
  const accepting: Promise<unknown>[] = []
  const lookup = {
    find: (infoHash: Uint8Array) => {
      const known = acceptTopic && [acceptTopic.infoHash, acceptTopic.upgrade ?? acceptTopic.infoHash]
      return known?.some(hash => hash[0] === infoHash[0]) ? { topic: acceptTopic!, torrent: 'it' } : null
    },
    findObfuscated: (digest: Uint8Array) => {
      const hash = acceptTopic?.infoHash
      return hash && obfuscatedInfoHash(hash).every((byte, i) => byte === digest[i]) ? hash : null
    },
  }
  await network.transport('80.0.0.2').listen({ port: 1 }, connection => {
    const options = { ...common, policy: accept, random: seededRandom(2), peerId: ACCEPTOR }
    const outcome = acceptPeer(connection, lookup, options)
    // It may fail before its result is awaited.
    outcome.catch(() => {})
    accepting.push(outcome)
  })
  const dialling = dialPeer(network.transport('80.0.0.1'), { host: '80.0.0.2', port: 1 }, dialTopic, {
    ...common,
    policy: dial,
    random: seededRandom(1),
    peerId: DIALLER,
  })
  const settled = Promise.allSettled([dialling])
  await clock.until(() => false, 1000)
  const [dialled] = await settled
  const accepted = await Promise.allSettled(accepting)
  const last = accepted.at(-1) as PromiseSettledResult<Awaited<ReturnType<typeof acceptPeer<string>>>>
  return { dialled, accepted: last, attempts: accepted.length, clock }
}

describe('two sides', () => {
  it('shake hands in plain text, and learn about each other', async () => {
    const { dialled, accepted } = await meet({})
    if (dialled.status === 'rejected' || accepted.status === 'rejected') throw new Error('no handshake')
    expect(dialled.value.handshake.peerId).toEqual(ACCEPTOR)
    expect(accepted.value.ready.handshake.peerId).toEqual(DIALLER)
    expect(accepted.value.torrent).toBe('it')
    expect(dialled.value.handshake.features).toEqual({ extended: true, fast: true, dht: false, v2: false })
    expect([dialled.value.v2, accepted.value.ready.v2]).toEqual([false, false])
  })

  it('switch to v2 for a hybrid torrent if both know it (BEP 52)', async () => {
    const { dialled, accepted } = await meet({ dialTopic: hybrid, acceptTopic: hybrid })
    if (dialled.status === 'rejected' || accepted.status === 'rejected') throw new Error('no handshake')
    expect(dialled.value.handshake.infoHash).toEqual(V2)
    expect([dialled.value.v2, accepted.value.ready.v2]).toEqual([true, true])
  })

  it('stay with v1 if one side knows only that', async () => {
    for (const sides of [
      { dialTopic: hybrid, acceptTopic: plainTopic },
      { dialTopic: plainTopic, acceptTopic: hybrid },
    ]) {
      const { dialled, accepted } = await meet(sides)
      if (dialled.status === 'rejected' || accepted.status === 'rejected') throw new Error('no handshake')
      expect([dialled.value.v2, accepted.value.ready.v2]).toEqual([false, false])
    }
  })

  it('shake hands by the v2 hash alone', async () => {
    const { dialled, accepted } = await meet({ dialTopic: onlyV2, acceptTopic: onlyV2 })
    if (dialled.status === 'rejected' || accepted.status === 'rejected') throw new Error('no handshake')
    expect([dialled.value.v2, accepted.value.ready.v2]).toEqual([true, true])
  })

  it('reject a torrent that the other side does not have', async () => {
    const { dialled, accepted } = await meet({ accept: 'prefer', acceptTopic: null })
    expect([dialled.status, accepted.status]).toEqual(['rejected', 'rejected'])
  })
})

/** Pages have no message stream encryption: all connections of a browser are encrypted already. */
const isBrowser = 'WorkerGlobalScope' in globalThis

describe.skipIf(isBrowser)('encryption policies', () => {
  it('reject a torrent that the other side does not have', async () => {
    const { dialled, accepted } = await meet({ dial: 'require', accept: 'prefer', acceptTopic: null })
    expect([dialled.status, accepted.status]).toEqual(['rejected', 'rejected'])
  })

  // Policy of the dialer, policy of the acceptor, whether they connect, and how often the acceptor
  // was dialled.
  it.each([
    ['plain', 'plain', true, 1],
    ['plain', 'prefer', true, 1],
    ['plain', 'require', false, 1],
    ['prefer', 'prefer', true, 1],
    ['prefer', 'require', true, 1],
    ['prefer', 'plain', true, 2],
    ['require', 'require', true, 1],
    ['require', 'prefer', true, 1],
    ['require', 'plain', false, 1],
  ] as const)('%s meets %s', async (dial, accept, meets, times) => {
    const { dialled, accepted, attempts } = await meet({ dial, accept })
    expect([dialled.status, accepted.status]).toEqual(
      meets ? ['fulfilled', 'fulfilled'] : ['rejected', 'rejected'],
    )
    expect(attempts).toBe(times)
    if (dialled.status === 'rejected' || accepted.status === 'rejected') return
    expect(dialled.value.encrypted).toBe(accepted.value.ready.encrypted)
    if (dial === 'require' || accept === 'require') expect(dialled.value.encrypted).toBe(true)
  })
})

describe('a connection', () => {
  /**
   * Accepts a connection on which the other side writes these bytes, and which is then aborted
   * after a while.
   */
  async function hear(bytes: Uint8Array) {
    const clock = new VirtualClock()
    const network = new MemoryNetwork({ clock })
    const abort = new AbortController()
    let accepting: Promise<unknown> | undefined
    const lookup = { find: () => ({ topic: plainTopic, torrent: 1 }), findObfuscated: () => null }
    const options = { policy: 'prefer', random: seededRandom(1), peerId: ACCEPTOR, dht: false } as const
    await network.transport('80.0.0.2').listen({ port: 1 }, connection => {
      accepting = acceptPeer(connection, lookup, { ...options, signal: abort.signal })
    })
    const dialling = network
      .transport('80.0.0.1')
      .dial({ host: '80.0.0.2', port: 1 }, { signal: abort.signal })
    await clock.advance(1)
    const pipe: Connection = await dialling
    let closed = false
    pipe.start({ onData() {}, onDrain() {}, onClose: () => (closed = true) })
    pipe.write(bytes)
    const outcome = Promise.allSettled([accepting!])
    await clock.advance(100)
    const early = closed
    abort.abort(new Error('too late'))
    await clock.advance(100)
    return { status: (await outcome)[0]!.status, early, closed }
  }

  it('is closed if the handshake takes too long', async () => {
    const part = encodeHandshake({ infoHash: V1, peerId: DIALLER }).subarray(0, 60)
    for (const bytes of [new Uint8Array(0), part])
      expect(await hear(bytes)).toEqual({ status: 'rejected', early: false, closed: true })
  })

  it('is closed at once if it sends anything else than a handshake', async () => {
    const noise = seededRandom(3).bytes(100_000)
    expect(await hear(noise)).toEqual({ status: 'rejected', early: true, closed: true })
  })

  it('keeps messages that arrive right after the handshake', async () => {
    const hello = encodeHandshake({ infoHash: V1, peerId: DIALLER })
    const bytes = new Uint8Array(hello.length + 5)
    bytes.set(hello)
    bytes.set([0, 0, 0, 1, 2], hello.length)
    expect(await hear(bytes)).toMatchObject({ status: 'fulfilled' })
  })
})
