import { afterEach, describe, expect, it, vi } from 'vitest'
import { testStore } from '../compliance.ts'
import { MemoryStore } from '../memory/memory-store.ts'
import { Announce, EVENT, FAMILY, SwarmCounts } from '../store.ts'
import { CarrierBus } from '../testing/carrier-bus.ts'
import { MAX_FRAME_BYTES } from './carrier.ts'
import { FRAME, HEAD_BYTES, makeFrame } from './frames.ts'
import { Join, type JoinOptions } from './join.ts'

const opened: Join[] = []

afterEach(async () => {
  vi.useRealTimers()
  for (const join of opened.splice(0)) await join.store.close()
})

/** Virtual time for everything but setImmediate, in which received frames wait. */
function virtualTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] })
}

/** Advances time in steps, so that frames are read. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    await vi.advanceTimersByTimeAsync(50)
    await new Promise(resolve => setImmediate(resolve))
  }
}

function open(
  bus: CarrierBus,
  number: number,
  { peersPerAddress = 3, ...options }: Partial<JoinOptions> & { readonly peersPerAddress?: number } = {},
): Join {
  const store = new MemoryStore({ expirySeconds: 2700, peersPerAddress })
  const join = new Join({ store, carrier: bus.carrier(number), ...options })
  opened.push(join)
  return join
}

function say(join: Join, port: number, more: Partial<Announce> = {}): Announce {
  const announce = Object.assign(new Announce(), { port, wanted: 50, scope: 0, ...more })
  announce.hash[0] = 9
  announce.address[0] = 0x7f000001
  join.store.announce(announce)
  return announce
}

function count(join: Join): Pick<SwarmCounts, 'seeds' | 'leeches' | 'downloads'> {
  const counts = new SwarmCounts()
  counts.hash[0] = 9
  join.store.scrape(counts)
  const { seeds, leeches, downloads } = counts
  return { seeds, leeches, downloads }
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map(rest => [item, ...rest]))
}

describe('a joined store that is alone', () => {
  testStore(({ expirySeconds }) => {
    let nowMs = 0
    const store = new MemoryStore({ expirySeconds, nowMs: () => nowMs })
    const join = new Join({ store, carrier: new CarrierBus().carrier(1) })
    join.start()
    return {
      store: join.store,
      advanceMs: ms => {
        nowMs += ms
      },
    }
  })
})

describe('joined stores', () => {
  it('show within a second what another one hears: peers, seeds, downloads and departures', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start()
    b.start()
    say(a, 1)
    say(a, 2, { isSeed: true })
    say(a, 3)
    say(a, 3, { event: EVENT.completed, isSeed: true })
    await pass(1000)
    expect(count(b)).toEqual({ seeds: 2, leeches: 1, downloads: 1 })
    expect(say(b, 4).peerCount).toBe(3)
    say(b, 2, { event: EVENT.stopped })
    await pass(1000)
    expect(count(a)).toEqual({ seeds: 1, leeches: 2, downloads: 1 })
    expect(a.counters.dropped + b.counters.dropped).toBe(0)
  })

  it('count peers of an address in all processes', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start()
    b.start()
    const from = (join: Join, port: number) => {
      const announce = Object.assign(new Announce(), { port })
      announce.address[0] = 0x08080808
      join.store.announce(announce)
      return announce.failure
    }
    expect([from(a, 1), from(a, 2), from(b, 3)]).toEqual(['', '', ''])
    await pass(1000)
    expect([from(a, 4), from(b, 5)]).toEqual([
      expect.stringContaining('too many'),
      expect.stringContaining('too many'),
    ])
  })

  it('bring one that starts late up to date before it is ready', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start()
    await pass(1000)
    expect(a.isReady).toBe(true)
    for (let port = 1; port <= 20_000; port++) say(a, port, { isSeed: port % 2 === 0 })
    say(a, 1, { isSeed: true, event: EVENT.completed })
    await pass(1000)
    b.start()
    expect(b.isReady).toBe(false)
    await pass(2000)
    expect(b.isReady).toBe(true)
    expect(count(b)).toEqual({ seeds: 10_001, leeches: 9999, downloads: 1 })
  })

  it('start with what they hear if the others do not answer, or nobody can be reached', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b, c] = [open(bus, 1), open(bus, 2), open(bus, 3)]
    a.start()
    await pass(3000)
    b.start()
    await pass(100)
    bus.kill(1)
    await pass(10_000)
    expect(b.isReady).toBe(true)
    bus.isUp = false
    c.start()
    expect(c.isReady).toBe(false)
    say(c, 1)
    await pass(10_000)
    expect(c.isReady).toBe(true)
    bus.isUp = true
    await pass(3000)
    expect(count(b)).toEqual({ seeds: 0, leeches: 1, downloads: 0 })
  })

  it('continue alone while they cannot reach each other, and then report what happened', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const changes: boolean[] = []
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start({ changed: isJoined => void changes.push(isJoined) })
    b.start()
    say(a, 1)
    await pass(1000)
    bus.isUp = false
    expect(a.isJoined).toBe(false)
    say(a, 2)
    say(b, 3)
    await pass(400_000)
    say(a, 4)
    expect([count(a).leeches, count(b).leeches]).toEqual([3, 2])
    bus.isUp = true
    await pass(3000)
    expect([count(a).leeches, count(b).leeches]).toEqual([4, 4])
    expect(changes).toEqual([true, false, true])
    expect(a.isReady).toBe(true)
  })

  it('all learn what happened meanwhile, in whatever order they are reached again', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const joins = [1, 2, 3].map(number => open(bus, number, { peersPerAddress: 1000 }))
    for (const join of joins) {
      join.start()
      await pass(1000)
    }
    for (const order of permutations([1, 2, 3]))
      for (const pauses of [
        [0, 0],
        [600, 0],
        [0, 600],
        [1000, 3000],
      ]) {
        const before = count(joins[0]!).leeches
        for (const number of [1, 2, 3]) bus.cut(number)
        for (const [at, join] of joins.entries()) say(join, before + at + 1)
        for (const [at, number] of order.entries()) {
          await pass(at > 0 ? pauses[at - 1]! : 1000)
          bus.restore(number)
        }
        await pass(8000)
        const leeches = before + 3
        expect(joins.map(count), `${order} ${pauses}`).toEqual(
          joins.map(() => expect.objectContaining({ leeches })),
        )
      }
  })

  it('know of each other, and forget pages of a process that ended, not its other peers', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2, { report: () => '{"of":2}' })]
    a.start()
    b.start()
    await pass(100)
    expect(a.members).toEqual([expect.objectContaining({ number: 2, report: '{"of":2}' })])
    say(b, 1)
    say(b, 2, { family: FAMILY.web })
    say(a, 1, { family: FAMILY.web })
    await pass(1000)
    expect(count(a).leeches).toBe(3)
    bus.kill(2)
    await pass(15_000)
    expect(a.members).toEqual([])
    for (let sweep = 0; sweep < 60; sweep++) a.store.sweep()
    expect(count(a).leeches).toBe(2)
    expect(a.store.stats().peersByFamily).toEqual([1, 0, 1])
  })

  it('say so when they close', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start()
    b.start()
    await pass(100)
    say(b, 1)
    await b.store.close()
    await pass(50)
    expect(a.members).toEqual([])
    expect(count(a).leeches).toBe(1)
  })

  it('bring messages to the process that they are for', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const got: string[][] = [[], [], []]
    const joins = [1, 2, 3].map(number => open(bus, number))
    for (const [at, join] of joins.entries()) join.start({ signal: text => void got[at]!.push(text) })
    joins[0]!.signal(2, '{"a":"ü"}')
    joins[0]!.signal(3, 'x'.repeat(50_000))
    await pass(100)
    expect(got).toEqual([[], ['{"a":"ü"}'], []])
  })

  it('drop what is too long, too much or invalid, and ask again for what was lost', async () => {
    virtualTime()
    const bus = new CarrierBus()
    const [a, b] = [open(bus, 1), open(bus, 2)]
    a.start()
    b.start()
    await pass(1000)
    const stranger = { number: 7, instance: '0011223344556677' }
    bus.inject(new Uint8Array(MAX_FRAME_BYTES + 1))
    bus.inject(makeFrame(FRAME.changes, stranger, Uint8Array.of(9)))
    bus.inject(makeFrame(FRAME.beat, stranger, new Uint8Array(10_000)))
    bus.inject(makeFrame(FRAME.signal, stranger, new Uint8Array(50_000)))
    bus.inject(makeFrame(FRAME.ask, stranger))
    bus.inject(Uint8Array.of(1, 2, 3))
    await pass(100)
    expect(a.counters.dropped).toBe(5)
    expect(a.members).toHaveLength(1)
    for (let process = 0; process < 1000; process++) {
      const instance = process.toString(16).padStart(16, '0')
      bus.inject(makeFrame(FRAME.beat, { number: 8, instance }, new Uint8Array(5)))
    }
    await pass(100)
    expect(a.members.length).toBeLessThanOrEqual(256)
    const before = b.counters.dropped
    for (let at = 0; at < 200; at++)
      bus.inject(makeFrame(FRAME.changes, stranger, new Uint8Array(MAX_FRAME_BYTES - HEAD_BYTES)))
    expect(b.counters.dropped - before).toBeGreaterThan(50)
    // One more frame of the other process is lost with them, after all others.
    say(a, 1)
    await pass(20_000)
    expect(count(b).leeches).toBe(1)
  })
})
