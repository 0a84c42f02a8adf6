/** Tests of asynchronous stores behind each of the fronts. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { testStore } from './compliance.ts'
import { attachTracker } from './http/attach.ts'
import { HttpFront } from './http/http-front.ts'
import { Announce } from './store.ts'
import { STORE_BUSY, STORE_FAILED } from './store-calls.ts'
import { LateStore } from './testing/late-store.ts'
import { UdpClient, udpAnnounce } from './testing/udp-client.ts'
import { Tracker, type TrackerOptions } from './tracker.ts'
import { UdpFront } from './udp/udp-front.ts'
import { WebSocketFront } from './ws/web-socket-front.ts'

interface Told {
  readonly failure: string
  readonly leeches: number
}

/** A client of one front. Each announce is for another peer. */
interface Front extends AsyncDisposable {
  announce(): Promise<Told>
  scrape(): Promise<Told>
}

const HASH = Buffer.from('aaaaaaaaaaaaaaaaaaaa')
let port = 1

async function overHttp(base: string, close: () => Promise<unknown>): Promise<Front> {
  const ask = async (target: string): Promise<Told> => {
    const text = await (await fetch(base + target)).text()
    const leeches = Number(/10:incompletei(\d+)e/.exec(text)?.[1] ?? -1)
    return { failure: /14:failure reason\d+:(.*)8:retry ini1e/.exec(text)?.[1] ?? '', leeches }
  }
  return {
    announce: () => ask(`/announce?info_hash=${HASH}&port=${port++}&left=1`),
    scrape: () => ask(`/scrape?info_hash=${HASH}&info_hash=${'b'.repeat(20)}`),
    async [Symbol.asyncDispose]() {
      await close()
    },
  }
}

const FRONTS: Record<string, (tracker: Tracker) => Promise<Front>> = {
  async HTTP(tracker) {
    const front = await HttpFront.open(tracker, { host: '127.0.0.1', port: 0 })
    return overHttp(`http://127.0.0.1:${front.port}`, () => front.close())
  },

  async 'HTTP as a guest'(tracker) {
    const server = createServer((_request, response) => response.writeHead(404).end())
    const guest = attachTracker(server, tracker)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return overHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      await guest.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    })
  },

  async UDP(tracker) {
    const front = await UdpFront.open(tracker, { host: '127.0.0.1', port: 0 })
    const ask = async (packet: (id: Buffer) => Buffer, leechesAt: number): Promise<Told> => {
      await using client = await UdpClient.open('127.0.0.1', front.port)
      const answer = await client.ask(packet(await client.connect()))
      if (answer.readInt32BE(0) === 3) return { failure: answer.toString('utf8', 8), leeches: -1 }
      return { failure: '', leeches: answer.readInt32BE(leechesAt) }
    }
    const scrape = (id: Buffer) => Buffer.concat([id, Buffer.from('0000000200000009', 'hex'), HASH])
    return {
      announce: () => ask(id => udpAnnounce({ id, hash: HASH, port: port++ }), 12),
      scrape: () => ask(scrape, 16),
      [Symbol.asyncDispose]: () => front.close(),
    }
  },

  async WebSocket(tracker) {
    const webSockets = new WebSocketFront(tracker)
    const front = await HttpFront.open(tracker, { host: '127.0.0.1', port: 0, webSockets })
    const ask = async (message: object): Promise<Told> => {
      const socket = new WebSocket(`ws://127.0.0.1:${front.port}/announce`)
      const text = await new Promise<string>((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data)
        socket.onclose = reject
        socket.onopen = () => socket.send(JSON.stringify({ info_hash: HASH.toString(), ...message }))
      })
      const { 'failure reason': failure = '', incomplete, files } = JSON.parse(text)
      return { failure, leeches: incomplete ?? files?.[HASH.toString()].incomplete ?? -1 }
    }
    const peerId = () => randomBytes(10).toString('hex')
    return {
      announce: () => ask({ action: 'announce', peer_id: peerId(), left: 1 }),
      scrape: () => ask({ action: 'scrape' }),
      async [Symbol.asyncDispose]() {
        await Promise.all([front.close(), webSockets.close()])
      },
    }
  },
}

async function open(name: string, options: TrackerOptions = {}) {
  const store = new LateStore()
  const errors: unknown[] = []
  const tracker = new Tracker({ store, onStoreError: error => errors.push(error), ...options })
  const front = await FRONTS[name]!(tracker)
  return {
    store,
    errors,
    front,
    async [Symbol.asyncDispose]() {
      for (const release of store.waiting) release()
      await front[Symbol.asyncDispose]()
      await tracker.close()
    },
  }
}

describe('an asynchronous store', () => {
  testStore(({ expirySeconds }) => {
    let nowMs = 0
    const store = new LateStore({ expirySeconds, nowMs: () => nowMs })
    return {
      store,
      advanceMs(ms) {
        nowMs += ms
      },
    }
  })
})

describe.each(Object.keys(FRONTS))('%s with an asynchronous store', name => {
  it('sends each client its own response', async () => {
    await using opened = await open(name)
    const { front, store } = opened
    expect(await front.announce()).toEqual({ failure: '', leeches: 1 })
    store.mode = 'wait'
    const asked = [front.announce(), front.announce(), front.announce()]
    await vi.waitFor(() => expect(store.waiting).toHaveLength(3))
    // The last call ends first.
    for (const release of store.waiting.splice(0).reverse()) release()
    const told = await Promise.all(asked)
    expect(told.map(({ failure }) => failure)).toEqual(['', '', ''])
    expect(told.map(({ leeches }) => leeches).sort()).toEqual([2, 3, 4])
    store.mode = 'later'
    expect(await front.scrape()).toEqual({
      failure: '',
      leeches: 4,
    })
  })

  it.each(['reject', 'throw'] as const)('reports failure if the calls %s, and continues', async mode => {
    await using opened = await open(name)
    const { front, store, errors } = opened
    store.mode = mode
    expect(await front.announce()).toEqual({ failure: STORE_FAILED, leeches: -1 })
    expect(await front.scrape()).toEqual({ failure: STORE_FAILED, leeches: -1 })
    expect(errors.length).toBeGreaterThanOrEqual(2)
    store.mode = 'later'
    expect(await front.announce()).toEqual({ failure: '', leeches: 1 })
  })

  it('limits the number of calls of a store that hangs, and the time it waits', async () => {
    await using opened = await open(name, { maxPendingCalls: 2, storeTimeoutMs: 300 })
    const { front, store } = opened
    store.mode = 'wait'
    const asked = [front.announce(), front.announce()]
    await vi.waitFor(() => expect(store.waiting).toHaveLength(2))
    expect(await front.announce()).toEqual({ failure: STORE_BUSY, leeches: -1 })
    expect((await front.scrape()).failure).toBe(STORE_BUSY)
    for (const told of await Promise.all(asked)) expect(told.failure).toBe(STORE_FAILED)
    expect((await front.announce()).failure).toBe(STORE_BUSY)
    expect(store.waiting).toHaveLength(2)
    store.mode = 'later'
    for (const release of store.waiting.splice(0)) release()
    await vi.waitFor(async () => expect((await front.announce()).failure).toBe(''))
  })
})

/** Announces, and resolves to the outcome. */
async function announced(tracker: Tracker): Promise<string> {
  const announce = new Announce()
  await tracker.announce(announce, 'http')
  return announce.failure
}

describe('a tracker with a store that hangs or fails', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('closes without pending calls', async () => {
    vi.useFakeTimers()
    const store = new LateStore()
    const tracker = new Tracker({ store })
    store.mode = 'wait'
    const told = announced(tracker)
    await tracker.close()
    expect(await told).toBe(STORE_FAILED)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('answers and sweeps although the error listener throws', async () => {
    vi.useFakeTimers()
    const store = new LateStore()
    const onStoreError = vi.fn(() => {
      throw new Error('the log is full')
    })
    const tracker = new Tracker({ store, onStoreError })
    for (const mode of ['reject', 'throw'] as const) {
      store.mode = mode
      expect(await announced(tracker)).toBe(STORE_FAILED)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(onStoreError).toHaveBeenCalledTimes(4)
    store.mode = 'wait'
    await vi.advanceTimersByTimeAsync(1000)
    expect(store.waitingSweeps).toHaveLength(1)
    await tracker.close()
  })
})

describe('the sweeps of an asynchronous store', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('do not overlap, and continue if one fails', async () => {
    vi.useFakeTimers()
    const store = new LateStore()
    const errors: unknown[] = []
    const tracker = new Tracker({ store, onStoreError: error => errors.push(error) })
    store.mode = 'wait'
    await vi.advanceTimersByTimeAsync(5000)
    expect(store.waitingSweeps).toHaveLength(1)
    for (const release of store.waitingSweeps.splice(0)) release()
    await vi.advanceTimersByTimeAsync(1000)
    expect(store.waitingSweeps).toHaveLength(1)
    for (const release of store.waitingSweeps.splice(0)) release()
    for (const mode of ['reject', 'throw'] as const) {
      store.mode = mode
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(errors).toHaveLength(2)
    store.mode = 'wait'
    await vi.advanceTimersByTimeAsync(1000)
    expect(store.waitingSweeps).toHaveLength(1)
    await tracker.close()
  })
})
